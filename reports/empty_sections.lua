-- Sections of a page that hold nothing but "Aucune … n'est disponible" are told in one sentence.
-- Both publishers run this filter, which `_quarto.yml` names.
--
-- Such a sentence stands in italics in place of a result (`observlib.display.findings.absent`). A
-- lone section keeps it: there it says more than a list would.

local FEWEST = 2
local TITLE = 'Sans donnée ce trimestre'
local NBSP = '\u{a0}'

local function is_absent(block)
  return block.t == 'Para' and #block.content == 1 and block.content[1].t == 'Emph' and
    pandoc.utils.stringify(block):match '^Aucune ' ~= nil
end

-- what a notebook's cell puts around a result
local function unwrapped(block)
  if block.t == 'Div' and #block.content > 0 then
    for _, inner in ipairs(block.content) do
      if not unwrapped(inner) then return false end
    end
    return true
  end
  return is_absent(block)
end

-- By the place of their heading, the sections of the second level that hold no result, with the
-- place of their last block.
local function empty_sections(blocks)
  local found = {}
  for first, heading in ipairs(blocks) do
    if heading.t == 'Header' and heading.level == 2 then
      local last = first
      while blocks[last + 1] and unwrapped(blocks[last + 1]) do last = last + 1 end
      local following = blocks[last + 1]
      if last > first and (not following or (following.t == 'Header' and following.level <= 2)) then
        found[#found + 1] = { first = first, last = last, title = pandoc.utils.stringify(heading) }
      end
    end
  end
  return found
end

function Pandoc(doc)
  local found = empty_sections(doc.blocks)
  if #found < FEWEST then return nil end
  local kept, from, titles = pandoc.Blocks {}, 1, {}
  for position, section in ipairs(found) do
    for place = from, section.first - 1 do kept:insert(doc.blocks[place]) end
    from = section.last + 1
    titles[position] = '«' .. NBSP .. section.title .. NBSP .. '»'
  end
  local last = table.remove(titles)
  kept:insert(pandoc.Header(2, TITLE, pandoc.Attr 'sans-donnee'))
  kept:insert(pandoc.Para { pandoc.Str('Aucune donnée n’est disponible pour' .. NBSP .. ': ' ..
    table.concat(titles, ', ') .. ' et ' .. last .. '.') })
  for place = from, #doc.blocks do kept:insert(doc.blocks[place]) end
  doc.blocks = kept
  return doc
end
