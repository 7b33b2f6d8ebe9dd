-- What a peer checks and others pass by is folded: sections `## … {.annex}`, put last on the page.
-- Both publishers run this filter, after `empty_sections.lua`, as `_quarto.yml` says.
--
-- A heading stays in sight; what follows it, until the next of level 2, opens on demand, by a line
-- that tells what is inside. A link into it, and print, open it too (`access.css`). Documents of
-- other formats show it whole. An annex without anything is left out.

local NBSP = '\u{a0}'

-- the blocks of a page, its sections of level 2 outside the divisions of cells
local function flat(blocks)
  local found = pandoc.Blocks {}
  for _, block in ipairs(blocks) do
    local inner = block.t == 'Div' and block.classes:includes 'cell' and flat(block.content)
    if inner and inner:find_if(function(b) return b.t == 'Header' and b.level <= 2 end) then
      found:extend(inner)
    else
      found:insert(block)
    end
  end
  return found
end

-- as pandoc and as Quarto have it: the data of a chart is no table more
local function is_callout(div)
  return div.attributes['__quarto_custom_type'] == 'Callout' or div.classes:includes 'folded' or
    div.classes:find_if(function(name) return name:match '^callout%-' end) ~= nil
end

-- "Afficher : 2 tableaux et 1 graphique" or, where there is none, the titles of what is told
local function inside(blocks)
  local tables, charts, titles = 0, 0, pandoc.List {}
  blocks:walk { traverse = 'topdown',
    Div = function(div) if is_callout(div) then return div, false end end,
    Table = function() tables = tables + 1 end,
    RawBlock = function(raw)
      if raw.format:match 'html' and raw.text:match '<table' then tables = tables + 1 end
    end,
    Image = function() charts = charts + 1 end,
    Span = function(span) if span.classes:includes 'drawing' then charts = charts + 1 end end,
    Header = function(el) titles:insert(pandoc.utils.stringify(el)) end,
    Para = function(el)
      if #el.content == 1 and el.content[1].t == 'Strong' then
        titles:insert(pandoc.utils.stringify(el))
      end
    end,
  }
  local counted = pandoc.List {}
  for _, of in ipairs { { tables, 'tableau', 'x' }, { charts, 'graphique', 's' } } do
    if of[1] > 0 then counted:insert(of[1] .. NBSP .. of[2] .. (of[1] > 1 and of[3] or '')) end
  end
  local named = table.concat(counted, ' et ')
  if named == '' then named = table.concat(titles, NBSP .. '; ') end
  return named ~= '' and 'Afficher' .. NBSP .. ': ' .. named or 'Afficher le texte'
end

-- a division around the content ends the sections that pandoc makes of its headings
local function folded(blocks)
  return pandoc.Div {
    pandoc.RawBlock('html', '<details class="annex">\n<summary>'), pandoc.Plain(inside(blocks)),
    pandoc.RawBlock('html', '</summary>'), pandoc.Div(blocks), pandoc.RawBlock('html', '</details>'),
  }
end

function Pandoc(doc)
  local body, annexes, section = pandoc.Blocks {}, pandoc.Blocks {}, nil
  local function close()
    if section and #section.content > 0 then
      annexes:insert(section.heading)
      if FORMAT:match 'html' then annexes:insert(folded(section.content))
      else annexes:extend(section.content) end
    end
    section = nil
  end
  for _, block in ipairs(flat(doc.blocks)) do
    local heading = block.t == 'Header' and block.level <= 2
    if heading then close() end
    if heading and block.classes:includes 'annex' then
      section = { heading = block, content = pandoc.Blocks {} }
    else
      (section and section.content or body):insert(block)
    end
  end
  close()
  body:extend(annexes)
  doc.blocks = body
  return doc
end
