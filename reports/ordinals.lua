-- French ordinals in the text of pages: 1er, 3e and 2de are written with letters above the line.
-- Both publishers run this filter, which `_quarto.yml` names. Code, addresses, alternative texts,
-- identifiers and pictures stay as they are.

-- what may stand before and after an ordinal, besides the ends of a word
local BEFORE = { '', ' ', '\u{a0}', '\u{202f}', '(', '«', '’', '–', '“' }
local AFTER = { '', ' ', '\u{a0}', '\u{202f}', ')', '»', '’', ',', '.', ';', ':', '!', '?', '…', '”' }
local ENDS = { ['1'] = { er = true, re = true, ers = true, res = true },
  ['2'] = { e = true, es = true, nd = true, de = true, nde = true } }
local OTHERS = { e = true, es = true }
-- a longer one is a code
local MOST_DIGITS = 4

local function set(list)
  local found = {}
  for _, item in ipairs(list) do found[item] = true end
  return found
end
local before_ordinal, after_ordinal = set(BEFORE), set(AFTER)
local CHARACTER = '[%z\1-\127\194-\244][\128-\191]*'

local function character_before(text, place)
  return text:sub(1, place - 1):match('(' .. CHARACTER .. ')$') or ''
end

local function character_after(text, place)
  local found = text:match('^' .. CHARACTER, place + 1) or ''
  -- a full stop or colon inside a word is of an address or a number
  if (found == '.' or found == ':') and text:match('^[%w/]', place + 2) then return 'x' end
  return found
end

-- The parts of a text, in order: what is written plainly, and what stands above the line.
local function parts(text)
  local found, from = {}, 1
  local place = 1
  while true do
    local first, last, digits, letters = text:find('(%d+)(%l+)', place)
    if not first then break end
    local ends = digits:match '^[1-9]' and #digits <= MOST_DIGITS and (ENDS[digits] or OTHERS) or {}
    if ends[letters] and before_ordinal[character_before(text, first)]
      and after_ordinal[character_after(text, last)] then
      found[#found + 1] = { text:sub(from, first + #digits - 1), letters }
      from = last + 1
    end
    place = last + 1
  end
  return found, text:sub(from)
end

local function str(el)
  local found, rest = parts(el.text)
  if #found == 0 then return nil end
  local result = pandoc.Inlines {}
  for _, part in ipairs(found) do
    result:insert(pandoc.Str(part[1]))
    result:insert(pandoc.Superscript { pandoc.Str(part[2]) })
  end
  if rest ~= '' then result:insert(pandoc.Str(rest)) end
  return result, false
end

local UNREAD = set { 'style', 'script', 'code', 'pre', 'sup' }

local function markup(text)
  return (text:gsub('<(/?%a*)([^>]*)>([^<]*)', function(tag, rest, words)
    if UNREAD[tag] then return nil end
    local found, last = parts(words)
    if #found == 0 then return nil end
    local out = {}
    for _, part in ipairs(found) do out[#out + 1] = part[1] .. '<sup>' .. part[2] .. '</sup>' end
    return '<' .. tag .. rest .. '>' .. table.concat(out) .. last
  end))
end

local ordinals = {
  traverse = 'topdown',
  Str = str,
  Image = function(image) return image, false end,
  Superscript = function(el) return el, false end,
  Link = function(link)
    if pandoc.utils.stringify(link.content) == link.target then return link, false end
  end,
  RawBlock = function(block)
    if block.format:match 'html' then
      block.text = markup(block.text)
      return block, false
    end
  end,
}

function Pandoc(doc)
  doc.blocks = doc.blocks:walk(ordinals)
  -- Quarto makes plain texts of titles, for tabs and menus
  local keys = quarto and { 'subtitle', 'description' } or { 'title', 'subtitle', 'description', 'madelong' }
  if not quarto then doc.meta.pagetitle = doc.meta.title and pandoc.utils.stringify(doc.meta.title) end
  for _, key in ipairs(keys) do
    local value = doc.meta[key]
    if pandoc.utils.type(value) == 'Inlines' then doc.meta[key] = value:walk(ordinals) end
  end
  return doc
end
