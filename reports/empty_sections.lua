-- Sections of a page whose every result is "Aucune … n'est disponible" are told in one sentence.
-- Both publishers run this filter, which `_quarto.yml` names.
--
-- Such a sentence stands in italics in place of a result (`observlib.themes.sentences.absent`),
-- and results stand in a division; what else a section holds is prose that presents them. A lone
-- sentence keeps its place: there it says more than a list would.

local TITLE = 'Sans donnée ce trimestre'
local NBSP = '\u{a0}'
-- these tell of the whole page: without a result they go, and nothing is said to be missing
local UNTOLD = { ['L’essentiel'] = true, ["L'essentiel"] = true, ['Méthode et limites'] = true,
  ['Ce qui a été fait'] = true, ['Ce qui bloque ses usagers'] = true, ['Ce qui vient'] = true }

-- The sentences of a block that holds nothing but such sentences, or nil; a notebook's cell puts
-- divisions around a result.
local function absences(block)
  if block.t == 'Div' and #block.content > 0 then
    local said = pandoc.List {}
    for _, inner in ipairs(block.content) do
      local found = absences(inner)
      if not found then return nil end
      said:extend(found)
    end
    return said
  end
  if block.t ~= 'Para' or #block.content ~= 1 or block.content[1].t ~= 'Emph' then return nil end
  local text = pandoc.utils.stringify(block)
  return text:match '^Aucune ' and pandoc.List { text } or nil
end

local function is_prose(block)
  return block.t == 'Para' or block.t == 'BulletList' or block.t == 'OrderedList' or
    block.t == 'Header'
end

-- By the place of their heading, the sections of the second level that hold no result, with the
-- place of their last block and how many different sentences say so.
local function empty_sections(blocks)
  local found = pandoc.List {}
  for first, heading in ipairs(blocks) do
    if heading.t == 'Header' and heading.level == 2 then
      local last, said, empty = first, {}, true
      while blocks[last + 1] and not (blocks[last + 1].t == 'Header' and blocks[last + 1].level <= 2) do
        last = last + 1
        local here = absences(blocks[last])
        for _, text in ipairs(here or {}) do said[text] = true end
        empty = empty and (here ~= nil or is_prose(blocks[last]))
      end
      local sentences = 0
      for _ in pairs(said) do sentences = sentences + 1 end
      if empty and sentences > 0 then
        local title = pandoc.utils.stringify(heading)
        found:insert { first = first, last = last, title = title, sentences = sentences }
      end
    end
  end
  return found
end

local function listed(sections)
  local titles = sections:map(function(section) return '«' .. NBSP .. section.title .. NBSP .. '»' end)
  local last = titles:remove()
  local names = #titles > 0 and table.concat(titles, ', ') .. ' et ' .. last or last
  return pandoc.Para { pandoc.Str('Aucune donnée n’est disponible pour' .. NBSP .. ': ' .. names .. '.') }
end

function Pandoc(doc)
  local empty = empty_sections(doc.blocks)
  local told = empty:filter(function(section) return not UNTOLD[section.title] end)
  if #told == 1 and told[1].sentences == 1 then told = pandoc.List {} end
  local gone, last = {}, told[#told]
  for _, section in ipairs(empty) do
    if UNTOLD[section.title] or last then
      for place = section.first, section.last do gone[place] = true end
    end
  end
  local kept, said = pandoc.Blocks {}, {}
  for place, block in ipairs(doc.blocks) do
    if block.t == 'Header' and block.level <= 2 then said = {} end
    local here = absences(block)
    local again = here and here:find_if(function(text) return not said[text] end) == nil
    for _, text in ipairs(here or {}) do said[text] = true end
    if not gone[place] and not again then kept:insert(block) end
    if last and place == last.last then
      kept:insert(pandoc.Header(2, TITLE, pandoc.Attr 'sans-donnee'))
      kept:insert(listed(told))
    end
  end
  doc.blocks = kept
  return doc
end
