-- Charts as part of the page: their words are found, selected and resized with it.
-- Both publishers run this filter, after `inert.lua`, as `_quarto.yml` says.
--
-- `observlib.publish.downloads` writes two drawings of a chart in a folder of the page's name: one
-- for screens and paper, one for telephones. `drawings.css` shows one of them, in the colours of
-- light or dark pages. A picture without both, or that holds what can do more than draw, stays one.

local TAGS = {}
for _, tag in ipairs { 'svg', 'g', 'defs', 'path', 'use', 'text', 'clipPath', 'rect', 'pattern' } do
  TAGS[tag] = true
end

local function read(path)
  local file = io.open(path, 'rb')
  local text = file and file:read 'a'
  if file then file:close() end
  return text
end

local function only_draws(text)
  for inside in text:gmatch '<([^>]*)' do
    local bare = inside:gsub('"[^"]*"', '""')
    if not TAGS[inside:match '^/?([%w]+)'] or bare:lower():match '%son%w*%s*=' or
      inside:match 'href="[^#]' or inside:match 'url%([^#]' then return false end
  end
  return true
end

-- what a style says, as attributes, which stay where a reader wants no style sheet
local function as_attributes(style)
  return (' ' .. style):gsub('([%w-]+):%s*([^;]*);?%s*', '%1="%2" '):gsub('%s+$', '')
end

-- a drawing whose identifiers no other of the page has, and whose colours the page may change
local function prepared(text, name, class)
  return (text:gsub('<([^>]*)>', function(inside)
    inside = inside:gsub(' id="', ' id="' .. name .. '-')
      :gsub('href="#', 'href="#' .. name .. '-'):gsub('url%(#', 'url(#' .. name .. '-')
      :gsub(':#(%x%x%x%x%x%x)%f[%X]', ':var(--c-%1,#%1)')
      :gsub(' style="([^"]*)"', as_attributes)
      :gsub('^svg ', 'svg class="' .. class .. '" ')
    return '<' .. inside .. '>'
  end))
end

local function drawn(image)
  local folder, label = image.src:match '^(.-)_files/.*/(fig%-[%w-]-)%-output%-%d+%.svg$'
  if not folder then folder, label = image.src:match '^([^/]+)/(fig%-[%w-]+)%.svg$' end
  if not folder then return nil end
  local found = pandoc.Inlines {}
  for _, ending in ipairs { '', '-narrow' } do
    local text = read(folder .. '/' .. label .. ending .. '.svg')
    if not text or not only_draws(text) then return nil end
    local class = ending == '' and 'wide' or 'narrow'
    found:insert(pandoc.RawInline('html', prepared(text, label .. '-' .. class, class)))
  end
  return pandoc.Span(found, pandoc.Attr('', { 'drawing' })), false
end

function Pandoc(doc)
  if not FORMAT:match 'html' then return nil end
  doc.blocks = doc.blocks:walk { traverse = 'topdown', Image = drawn }
  return doc
end
