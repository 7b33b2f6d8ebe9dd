-- What Quarto's Markdown means and pandoc does not know: numbered figures and tables, references
-- to them, callouts, content for one format. All mistakes are told on stderr, one line each that
-- starts with "observlib: ", and pandoc then leaves with a status of its own.

local html, typst, docx = FORMAT:match 'html' ~= nil, FORMAT == 'typst', FORMAT == 'docx'
local NBSP = '\u{a0}'
local NAMES = { fig = 'Figure', tbl = 'Tableau' }
local DELIMITER = NBSP .. ': '
local CALLOUTS = { note = 'Note', tip = 'Conseil', warning = 'Avertissement',
  caution = 'Attention', important = 'Important' }
-- a drawing is as wide as the text on paper, unless it were then higher than half a page; in points
local TEXT_WIDTH, MOST_HIGH, TURNED_WIDTH = 464, 430, 711
local PROPERTIES = { 'title', 'subtitle', 'author', 'date', 'subject', 'category', 'description', 'lang' }
local problems, numbers, counts, turned = {}, {}, { fig = 0, tbl = 0 }, {}
-- in a PDF, labels begin with the page's name: a whole edition is one document
local prefix, charts, tables = '', 0, 0

local paper_table = dofile(pandoc.path.join {
  pandoc.path.directory(PANDOC_SCRIPT_FILE), 'paper_tables.lua' })
local typography = dofile(pandoc.path.join {
  pandoc.path.directory(PANDOC_SCRIPT_FILE), 'typography.lua' })

local function problem(text) problems[#problems + 1] = text end

local function kind_of(id) return id:match '^(fig)%-' or id:match '^(tbl)%-' end

local function typst_string(text)
  return '"' .. text:gsub('[\\"]', '\\%0'):gsub('[ \t\r\n]+', ' ') .. '"'
end

local function written(inlines, format)
  -- citations are already text: typst must not make them again
  if format == 'typst' then format = 'typst-citations' end
  local text = pandoc.write(pandoc.Pandoc { pandoc.Plain(inlines) }, format)
  return (text:gsub('%s+$', ''))
end

-- each of some blocks as typst's source, by one call of the writer, which costs as much as a page's
local function written_each(contents)
  local blocks = pandoc.Blocks {}
  for _, content in ipairs(contents) do
    blocks:insert(pandoc.Plain(pandoc.utils.blocks_to_inlines(content)))
    blocks:insert(pandoc.RawBlock('typst', '\1'))
  end
  local texts = {}
  for text in pandoc.write(pandoc.Pandoc(blocks), 'typst-citations'):gmatch '([^\1]*)\1' do
    texts[#texts + 1] = text:gsub('^%s+', ''):gsub('%s+$', '')
  end
  return texts
end

local function labelled(id, inlines, goes_on)
  local result = pandoc.Inlines {}
  if numbers[id] then
    local name = NAMES[kind_of(id)] .. NBSP .. numbers[id] .. (goes_on or '') .. DELIMITER
    result:insert(html and pandoc.Span({ pandoc.Str(name) }, pandoc.Attr('', { 'label' }))
      or pandoc.Strong { pandoc.Str(name) })
  end
  result:extend(inlines)
  return result
end

-- content for one format ------------------------------------------------------------------------

local function shown(el)
  local visible, hidden = el.classes:includes 'content-visible', el.classes:includes 'content-hidden'
  if not visible and not hidden then return nil end
  local wanted, unless = el.attributes['when-format'], el.attributes['unless-format']
  local format = wanted or unless
  if format ~= 'html' and format ~= 'typst' then
    problem('content for format ' .. tostring(format) .. '; allowed: when-format or unless-format, html or typst')
    return true
  end
  local holds = (format == 'html') == html
  if unless then holds = not holds end
  return holds == visible
end

local function conditional(el)
  local keep = shown(el)
  if keep ~= nil then return keep and el.content or {} end
end

-- numbers and references ------------------------------------------------------------------------

local function number(id)
  local kind = kind_of(id)
  if not kind then return end
  if numbers[id] then return problem('@' .. id .. ' labels two things; labels are unique') end
  counts[kind] = counts[kind] + 1
  numbers[id] = tostring(counts[kind])
end

local function is_cross(id)
  return kind_of(id) or id:match '^sec%-' or id:match '^eq%-' or id:match '^lst%-'
end

local function reference(cite)
  local result = pandoc.Inlines {}
  for position, citation in ipairs(cite.citations) do
    if not is_cross(citation.id) then
      if #result > 0 then problem('@' .. citation.id .. ' stands in one bracket with a figure or table') end
      return nil
    end
    if not numbers[citation.id] then
      local known = {}
      for id in pairs(numbers) do known[#known + 1] = '@' .. id end
      table.sort(known)
      problem('unresolved reference @' .. citation.id .. '; the page has ' ..
        (#known > 0 and table.concat(known, ', ') or 'no labelled figure or table'))
    else
      if position > 1 then result:extend { pandoc.Str ',', pandoc.Space() } end
      local text = numbers[citation.id]
      if #citation.prefix > 0 then
        result:extend(citation.prefix)
        result:insert(pandoc.Str(NBSP))
      elseif citation.mode ~= 'SuppressAuthor' then
        text = NAMES[kind_of(citation.id)] .. NBSP .. text
      end
      result:insert(pandoc.Link(text, '#' .. citation.id, '', { class = 'reference' }))
      result:extend(citation.suffix)
    end
  end
  return result
end

-- whether a text cites works; those that the bibliography lacks are told
local function cites(doc)
  local known, told, found = nil, {}, false
  doc:walk { Cite = function(cite)
    found = true
    if not known then
      known = {}
      for _, entry in ipairs(pandoc.utils.references(doc)) do known[entry.id] = true end
    end
    for _, citation in ipairs(cite.citations) do
      if not known[citation.id] and not told[citation.id] and not is_cross(citation.id) then
        told[citation.id] = true
        problem('unknown citation key @' .. citation.id .. '; add it to the bibliography')
      end
    end
  end }
  return found
end

-- pictures --------------------------------------------------------------------------------------

-- a caption says what to conclude, an alternative what is drawn: one does not stand for the other
local function alternative(image, captioned)
  local alt = image.attributes['fig-alt'] or image.attributes['alt'] or
    (captioned and '' or pandoc.utils.stringify(image.caption))
  if not alt:match '%S' then
    problem('picture ' .. image.src .. ' has no alternative text; add {fig-alt="…"}')
  end
  return alt
end

local function html_image(image, captioned)
  if image.t == 'Span' then return image end -- drawings, which `drawings.lua` put into the page
  -- pairs, not a table of keys: Lua's order of keys differs from run to run
  local attributes = { { 'alt', alternative(image, captioned) } }
  for _, key in ipairs { 'width', 'height' } do
    if image.attributes[key] then attributes[#attributes + 1] = { key, image.attributes[key] } end
  end
  return pandoc.Image({}, image.src, '', pandoc.Attr('', {}, attributes))
end

-- in points, or nil where a picture does not tell its size
local function width_on_paper(image, captioned)
  local wide, high = tonumber(image.attributes.width), tonumber(image.attributes.height)
  if not wide then return nil end
  if not captioned then return math.min(wide * 0.75, TEXT_WIDTH) end
  return math.min(TEXT_WIDTH, high and MOST_HIGH * wide / high or TEXT_WIDTH)
end

local function typst_image(image, captioned)
  local points = width_on_paper(image, captioned)
  return 'image(' .. typst_string(image.src) .. (points and (', width: %.1fpt'):format(points) or '') ..
    ', alt: ' .. typst_string(alternative(image, captioned)) .. ')'
end

-- a word processor shows dots, and has the alternative text for a description
local function docx_image(image, captioned)
  if image.src:match '^[/\\]' or image.src:match '%.%.' or image.src:match ':' then
    problem('picture ' .. image.src .. ' is not beside its page, where pandoc may read')
  end
  local points = width_on_paper(image, captioned)
  local attributes = points and { { 'width', ('%.2fcm'):format(points * 2.54 / 72) } } or {}
  return pandoc.Image(alternative(image, captioned), image.src:gsub('%.svg$', '.png'), '',
    pandoc.Attr('', {}, attributes))
end

local function docx_figure(id, image, caption)
  local content = pandoc.Blocks { pandoc.Plain { docx_image(image, true) } }
  if #caption > 0 then
    content:insert(1, pandoc.Div(pandoc.Para(caption), { ['custom-style'] = 'Image Caption' }))
  end
  return pandoc.Div(content, pandoc.Attr(id))
end

local function figure(id, image, caption)
  caption = labelled(id, caption)
  if html then
    return pandoc.Figure(pandoc.Plain { html_image(image, true) }, { pandoc.Plain(caption) }, pandoc.Attr(id))
  end
  if docx then return docx_figure(id, image, caption) end
  if #caption == 0 then
    return pandoc.RawBlock('typst', '#figure(kind: image, ' .. typst_image(image, true) .. ')')
  end
  charts = charts + 1
  local label = '<' .. prefix .. (id ~= '' and id or 'chart-' .. charts) .. '>'
  local points = width_on_paper(image, true)
  return pandoc.RawBlock('typst', ('#chart(%d, %s, %s, %s, [%s]) %s\n#moved(%d, %s)[%s]'):format(
    charts, typst_string(image.src), points and ('%.1fpt'):format(points) or 'auto',
    typst_string(alternative(image, true)), written(caption, FORMAT), label, charts, label,
    numbers[id] and 'La figure' .. NBSP .. numbers[id] or 'Le graphique'))
end

local function first_image(blocks)
  local found
  blocks:walk { Image = function(image) found = found or image end,
    Span = function(span) if span.classes:includes 'drawing' then found = found or span end end }
  return found
end

-- tables ----------------------------------------------------------------------------------------

local function html_table(id, markup, caption, notes)
  local text = written(labelled(id, caption), 'html')
  local name = id ~= '' and ' id="' .. id .. '"' or ''
  local opening = '<div class="table"' .. name .. '>\n<div class="scroll" tabindex="0" role="group"' ..
    ' aria-label="' .. (numbers[id] and NAMES.tbl .. ' ' .. numbers[id] or NAMES.tbl) .. '">\n'
  local head = text ~= '' and '<table>\n<caption>' .. text .. '</caption>' or '<table>'
  local body = markup:gsub('<caption>.-</caption>', ''):gsub('<table[^>]*>', function() return head end, 1)
  local rest = #notes > 0 and '\n<div class="notes">' .. table.concat(notes, '\n') .. '</div>' or ''
  return pandoc.RawBlock('html', opening .. body .. '\n</div>' .. rest .. '\n</div>')
end

-- where the page would have to be turned, the table is put after the text, which is not stopped so
local function typst_table(id, found, caption, notes)
  tables = tables + 1
  local label = prefix .. (id ~= '' and id or 'table-' .. tables)
  for position, note in ipairs(notes) do
    notes[position] = written(pandoc.utils.blocks_to_inlines(pandoc.read(note, 'html').blocks), FORMAT)
  end
  local above, again = written(labelled(id, caption), FORMAT), nil
  if #caption > 0 then
    local goes_on = NBSP .. '(suite)'
    local short = numbers[id] and NAMES.tbl .. NBSP .. numbers[id] .. goes_on or 'Tableau' .. goes_on
    above = above .. '#start-of(' .. typst_string(label .. '--start') .. ')'
    again = function(is_turned)
      return ('#again(%s, %dpt, [%s], [#strong[%s]])'):format(typst_string(label .. '--start'),
        is_turned and TURNED_WIDTH or TEXT_WIDTH, written(labelled(id, caption, goes_on), FORMAT), short)
    end
  end
  local text, is_turned = paper_table(found, id ~= '' and label or '', above, notes, written_each, again)
  if is_turned then
    turned[#turned + 1] = '#page(flipped: true)[#metadata(none) <' .. label .. '--page>\n' .. text .. '\n]'
    local name = numbers[id] and 'Le tableau' .. NBSP .. numbers[id] .. ', large, est' or 'Un tableau, large, est'
    text = ('#elsewhere(<%s--page>)[%s]'):format(label, name)
  end
  return pandoc.Blocks { pandoc.RawBlock('typst', text) }
end

local function docx_table(id, found, caption, notes)
  found.caption, found.attr = { long = { pandoc.Plain(labelled(id, caption)) } }, pandoc.Attr()
  local content = pandoc.Blocks { found }
  for _, note in ipairs(notes) do content:extend(pandoc.read(note, 'html').blocks) end
  return pandoc.Div(content, pandoc.Attr(id))
end

local function table_of(id, el, caption, notes)
  if el.t == 'RawBlock' then
    if html then return html_table(id, el.text, caption, notes) end
    local found = pandoc.read(el.text, 'html').blocks[1]
    return typst and typst_table(id, found, caption, notes) or docx_table(id, found, caption, notes)
  end
  if typst then return typst_table(id, el, caption, notes) end
  if docx then return docx_table(id, el, caption, notes) end
  el.caption, el.attr = { long = {} }, pandoc.Attr()
  local markup = pandoc.write(pandoc.Pandoc { el }, 'html'):gsub('<th([ >])', '<th scope="col"%1')
  return html_table(id, markup, caption, notes)
end

local function is_table(block)
  return block.t == 'Table' or
    (block.t == 'RawBlock' and block.format:match 'html' and block.text:match '<table')
end

-- blocks made of a division ---------------------------------------------------------------------

local function float(div)
  local id = div.identifier
  local caption, last = pandoc.Inlines {}, div.content[#div.content]
  if #div.content > 1 and last and (last.t == 'Para' or last.t == 'Plain') then caption = last.content end
  local notes, found = {}, nil
  for _, block in ipairs(div.content) do
    if not found and is_table(block) then found = block
    elseif found and block.t == 'RawBlock' and block.format:match 'html' then notes[#notes + 1] = block.text end
  end
  if found and #caption == 0 and found.t == 'Table' then
    caption = pandoc.utils.blocks_to_inlines(found.caption.long)
  end
  if kind_of(id) and #caption == 0 then problem('@' .. id .. ' has no caption') end
  if found then return table_of(id, found, caption, notes) end
  local image = first_image(div.content)
  if not image then
    problem('@' .. id .. ' holds no picture and no table')
    return div.content
  end
  return figure(id, image, caption)
end

local function folded(content, class, summary)
  content:insert(1, pandoc.RawBlock('html', '<details class="' .. class .. '">\n<summary>' .. summary .. '</summary>'))
  content:insert(pandoc.RawBlock('html', '</details>'))
  return content
end

local function callout(div, kind)
  if not CALLOUTS[kind] then
    problem('unknown callout ' .. kind .. '; allowed: note, tip, warning, caution, important')
  end
  local title = pandoc.Inlines(div.attributes.title or CALLOUTS[kind] or kind)
  local content = div.content
  if content[1] and content[1].t == 'Header' then
    title = content[1].content
    content:remove(1)
  end
  if typst then
    local opening = '#callout(' .. typst_string(kind) .. ', [' .. written(title, FORMAT) .. '])['
    content:insert(1, pandoc.RawBlock('typst', opening))
    content:insert(pandoc.RawBlock('typst', ']'))
    return content
  end
  if docx then
    content:insert(1, pandoc.Para { pandoc.Strong(title) })
    return pandoc.Div(content, { ['custom-style'] = 'Block Text' })
  end
  if div.attributes.collapse then
    return folded(content, 'callout callout-' .. kind, written(title, 'html'))
  end
  content:insert(1, pandoc.Div(pandoc.Para(title), { class = 'callout-title' }))
  local name = pandoc.utils.stringify(title):gsub('"', '')
  return pandoc.Div(content, pandoc.Attr('', { 'callout', 'callout-' .. kind },
    { { 'role', 'note' }, { 'aria-label', name } }))
end

-- links and headings ----------------------------------------------------------------------------

local function link(el, root, absent)
  local target, anchor = el.target:match '^([^#?]*)(.*)$'
  if typst and target == '' and prefix ~= '' and not anchor:match '^#ref%-' then
    el.target = '#' .. prefix .. anchor:sub(2)
    return el
  end
  if el.target:match '^%a[%w+.-]*:' or target == '' then return nil end
  local study = target:match '([^/]*)%.ipynb$'
  if absent[study] then return el.content end
  if not html then -- a printed page has no neighbour to lead to, but in the whole edition
    if not (typst and study) then return el.content end
    el.content:insert(1, pandoc.RawInline('typst', '#away(' .. typst_string(study) .. ')['))
    el.content:insert(pandoc.RawInline('typst', ']'))
    return el.content
  end
  target = target:gsub('^/', root):gsub('%.qmd$', '.html'):gsub('%.ipynb$', '.html')
  el.target = target .. anchor
  return el
end

-- a line in bold, or one that ends with a colon, which a list follows
local function leads(block, list)
  if block.t ~= 'Para' or not list or not (list.t == 'BulletList' or list.t == 'OrderedList') then return false end
  return (#block.content == 1 and block.content[1].t == 'Strong') or
    pandoc.utils.stringify(block.content):match ':$' ~= nil
end

-- on paper a heading is never cut from the figure or table that its only sentence announces, nor
-- a line from the list that it leads
local function announced(doc)
  local blocks = doc.blocks
  for position, here in ipairs(blocks) do
    local before, after = blocks[position - 1], blocks[position + 1]
    if leads(here, after) or (before and before.t == 'Header' and here.t == 'Para' and after
      and after.t == 'RawBlock' and after.format == 'typst') then
      blocks[position] = pandoc.RawBlock('typst', '#announcement[' .. written(here.content, FORMAT) .. ']')
    end
  end
  return doc
end

local function headings(doc)
  local level = 1
  return doc:walk { traverse = 'topdown', Header = function(el)
    local text = pandoc.utils.stringify(el.content)
    if el.level == 1 then
      problem('heading "' .. text .. '" is of level 1, which is the title\'s; start with ##')
    elseif el.level > level + 1 then
      problem('heading "' .. text .. '" jumps from level ' .. level .. ' to ' .. el.level)
    end
    level = el.level
    if docx then el.level = el.level - 1 end -- a title has a style of its own there
    return el
  end }
end

function Pandoc(doc)
  local root = doc.meta.root and pandoc.utils.stringify(doc.meta.root) or ''
  prefix = doc.meta.prefix and pandoc.utils.stringify(doc.meta.prefix) or ''
  doc = doc:walk { Div = conditional, Span = conditional }
  doc:walk { traverse = 'topdown',
    Div = function(el) number(el.identifier); if kind_of(el.identifier) then return el, false end end,
    Figure = function(el) number(el.identifier); return el, false end,
    Table = function(el) number(el.identifier) end }
  doc = doc:walk { Cite = reference }
  if cites(doc) and #problems == 0 then -- pandoc reads a style for citations, even for none
    doc = pandoc.utils.citeproc(doc)
    local last = doc.blocks[#doc.blocks]
    if last and last.t == 'Div' and last.identifier == 'refs' and #last.content > 0 then
      doc.blocks:insert(#doc.blocks, pandoc.Header(2, 'Références', pandoc.Attr('references', { 'annex' })))
      if html then
        doc.blocks:remove()
        doc.blocks:extend(folded(pandoc.Blocks { last }, 'annex', 'Afficher' .. DELIMITER .. 'les travaux cités'))
      end
      if typst then -- the whole edition gives them once
        doc.blocks:insert(#doc.blocks - 1, pandoc.RawBlock('typst', '// references'))
        doc.blocks:insert(pandoc.RawBlock('typst', '// end of references'))
      end
    end
  end
  local lang = doc.meta.lang and pandoc.utils.stringify(doc.meta.lang) or 'fr'
  if lang:match '^fr' then doc = doc:walk(typography) end
  local absent = {}
  for _, name in ipairs(doc.meta.absent or {}) do absent[pandoc.utils.stringify(name)] = true end
  -- before tables are written, in which they stand too
  doc = doc:walk { Link = function(el) return link(el, root, absent) end }
  doc = doc:walk { traverse = 'topdown',
    Div = function(div)
      if kind_of(div.identifier) or div.classes:includes 'figure' or div.classes:includes 'table' then
        return float(div), false
      end
    end,
    Figure = function(el)
      local caption = pandoc.utils.blocks_to_inlines(el.caption.long)
      return figure(el.identifier, first_image(el.content), caption), false
    end,
    Table = function(el)
      return table_of(el.identifier, el, pandoc.utils.blocks_to_inlines(el.caption.long), {}), false
    end,
    Image = function(image)
      if html then return html_image(image), false end
      if docx then return docx_image(image), false end
      return pandoc.RawInline('typst', '#box(' .. typst_image(image) .. ')'), false
    end }
  doc = doc:walk { Div = function(div)
    for _, class in ipairs(div.classes) do
      local kind = class:match '^callout%-(%l+)$'
      if kind and kind ~= 'title' then return callout(div, kind) end
    end
  end }
  doc = headings(doc)
  if typst then
    if prefix ~= '' then
      doc = doc:walk { Block = function(el)
        local id = el.t ~= 'RawBlock' and el.identifier or ''
        if id ~= '' and id ~= 'refs' and not id:match '^ref%-' then
          el.identifier = prefix .. id
          return el
        end
      end, Span = function(el)
        if el.identifier ~= '' then el.identifier = prefix .. el.identifier; return el end
      end }
    end
    doc = announced(doc)
    for _, text in ipairs(turned) do doc.blocks:insert(pandoc.RawBlock('typst', text)) end
  end
  if docx then -- what else there is would be told by the document's properties
    local kept = {}
    for _, key in ipairs(PROPERTIES) do kept[key] = doc.meta[key] end
    doc.meta = kept
  end
  if #problems > 0 then
    for _, text in ipairs(problems) do io.stderr:write('observlib: ', text, '\n') end
    os.exit(65)
  end
  return doc
end
