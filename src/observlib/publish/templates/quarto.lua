-- What Quarto is to do of a page as the embedded publisher does: it runs this filter twice, before
-- all others for what the text says, and after its own for the works that it cites.

local typography = dofile(pandoc.path.join {
  pandoc.path.directory(PANDOC_SCRIPT_FILE), 'typography.lua' })
local NBSP = '\u{a0}'
local slide_show = quarto.doc.is_format 'revealjs'
local html = quarto.doc.is_format 'html' and not slide_show

-- what stands below a table in its division
local function notes(div)
  local found = false
  for _, block in ipairs(div.content) do
    if found and block.t == 'RawBlock' and block.text:match '^<p>' then
      block.text = '<div class="notes">' .. block.text .. '</div>'
    end
    found = found or block.t == 'RawBlock' and block.text:match '<table' ~= nil
  end
  return found and div or nil
end

local function link(el, absent)
  local target, anchor = el.target:match '^([^#?]*)(.*)$'
  if el.target:match '^%a[%w+.-]*:' or target == '' then return nil end
  if absent[target:match '([^/]*)%.ipynb$'] then return el.content end
  el.target = target:gsub('%.qmd$', '.html'):gsub('%.ipynb$', '.html') .. anchor
  return el
end

local function folded(content, class, summary)
  content:insert(1, pandoc.RawBlock('html', '<details class="' .. class .. '">\n<summary>' .. summary .. '</summary>'))
  content:insert(pandoc.RawBlock('html', '</details>'))
  return content
end

-- a callout that opens on demand needs no script; its division says what it is (see `annex.lua`)
local function callout(div)
  local kind = div.attributes.collapse and div.classes:find_if(function(name) return name:match '^callout%-' end)
  local heading = div.content[1]
  if not kind or not heading or heading.t ~= 'Header' then return nil end
  div.content:remove(1)
  return pandoc.Div(folded(div.content, 'callout ' .. kind, pandoc.utils.stringify(heading)), { class = 'folded' })
end

-- slides have no room for more than a chart, its title and the sentence that reads it
local function slides(doc)
  local found, chart = pandoc.Blocks {}, false
  local function slide(title) found:insert(pandoc.Header(2, title, pandoc.Attr('', { 'smaller' }))) end
  doc.meta.date = doc.meta.madelong
  if doc.meta.description then
    slide 'L’essentiel'
    found:insert(pandoc.Para(doc.meta.description))
  end
  local function pass(blocks)
    for _, block in ipairs(blocks) do
      local start = block.t == 'Para' and block.content[1]
      if block.t == 'Div' and block.identifier:match '^fig%-' then
        local image, caption = nil, block.content[#block.content]
        block:walk { Image = function(el) image = el end }
        if image then
          slide(caption and caption.t == 'Para' and caption.content or {})
          image.classes:insert 'r-stretch'
          found:insert(pandoc.Para { image })
          chart = true
        end
      elseif chart and start and start.t == 'Strong' and pandoc.utils.stringify(start):match '^Lecture' then
        found:insert(block)
        chart = false
      elseif block.t == 'Div' and block.classes:includes 'callout-warning' then
        slide(block.content:remove(1).content)
        found:extend(block.content)
      elseif block.t == 'Div' then
        pass(block.content)
      elseif block.t == 'Header' then
        chart = false
      end
    end
  end
  pass(doc.blocks)
  doc.blocks = found
  return doc
end

local function dots(image) -- and a description, for word processors
  image.src = image.src:gsub('%.svg$', '.png')
  image.caption = { pandoc.Str(image.attributes['fig-alt'] or image.attributes.alt or '') }
  return image
end

local function before(doc)
  local absent = {}
  for _, name in ipairs(doc.meta.absent or {}) do absent[pandoc.utils.stringify(name)] = true end
  local lang = doc.meta.lang and pandoc.utils.stringify(doc.meta.lang) or 'fr'
  if lang:match '^fr' then doc = doc:walk(typography) end
  doc = doc:walk { Link = function(el) return link(el, absent) end }
  if slide_show then return slides(doc) end
  return doc:walk(html and { Div = function(div) return callout(div) or notes(div) end } or
    { RawBlock = function(el) return el.text:match '^<p>' and pandoc.read(el.text, 'html').blocks end }) -- notes
end

local function after(doc)
  doc = pandoc.utils.citeproc(doc)
  if not html and not slide_show then doc = doc:walk { Image = dots } end
  local works = doc.blocks[#doc.blocks]
  if not works or works.t ~= 'Div' or works.identifier ~= 'refs' then return doc end
  doc.blocks:remove()
  if #works.content == 0 then return doc end
  doc.blocks:insert(pandoc.Header(2, 'Références', pandoc.Attr('references', { 'annex' })))
  if html then
    doc.blocks:extend(folded(pandoc.Blocks { works }, 'annex', 'Afficher' .. NBSP .. ': les travaux cités'))
  else
    doc.blocks:insert(works)
  end
  return doc
end

function Pandoc(doc)
  if doc.meta['is-read'] then return after(doc) end
  doc = before(doc)
  doc.meta['is-read'] = true
  return doc
end
