-- A page shows and links; nothing that people wrote on it runs, loads from elsewhere or changes its
-- looks. The site's own search, its only script, is put in after (`observlib.publish.html`).
-- Both publishers run this filter first, as `_quarto.yml` says: it meets what notebooks, sheets and
-- fixed pages hold, and nothing that a publisher makes of it.
--
-- Labels are plain text already (`observlib.language.prose`); this is for Markdown that people wrote.

local function set(...)
  local found = {}
  for _, item in ipairs { ... } do found[item] = true end
  return found
end

local SCHEMES = set('http', 'https', 'mailto')
local PICTURES = set('svg', 'png', 'jpg', 'jpeg', 'gif', 'webp', 'avif')
-- attributes that load, send or dress; and whatever starts with "on"
local REFUSED = set('style', 'src', 'srcset', 'srcdoc', 'href', 'xlink:href', 'action', 'formaction',
  'background', 'poster', 'ping', 'autofocus', 'contenteditable')
-- what tables and lists are made of, where Markdown is not enough
local TAGS = set('table', 'caption', 'colgroup', 'col', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td',
  'div', 'span', 'p', 'br', 'hr', 'small', 'strong', 'b', 'em', 'i', 'sup', 'sub', 'abbr', 'a', 'code',
  'ul', 'ol', 'li', 'h2', 'h3', 'h4', 'details', 'summary', 'style')
local KEPT = set('class', 'id', 'style', 'href', 'title', 'lang', 'dir', 'colspan', 'rowspan', 'scope',
  'headers', 'span', 'width', 'height', 'align', 'valign', 'abbr', 'role', 'open')

-- The scheme of an address, as a browser reads it; nil where it has none.
local function scheme(target)
  return target:gsub('[%z\1-\32\127]', ''):lower():match '^([^/?#\\]*):'
end

local function leads(target)
  local found = scheme(target)
  return found == nil or SCHEMES[found] == true
end

local function is_picture(target)
  local bare = target:gsub('[%z\1-\32\127]', '')
  local ending = bare:gsub('[?#].*$', ''):match '%.(%w+)$'
  return not scheme(target) and not bare:match '^[/\\][/\\]' and ending ~= nil and
    PICTURES[ending:lower()] == true
end

local function harmless_style(text)
  local lower = text:lower()
  return not (lower:find('url', 1, true) or lower:find('@', 1, true) or lower:find('\\', 1, true) or
    lower:find('expression', 1, true) or lower:find('<', 1, true))
end

-- raw HTML --------------------------------------------------------------------------------------

local function kept_attribute(name, value, in_table)
  if not (KEPT[name] or name:match '^aria%-' or name:match '^data%-') then return false end
  if name == 'style' then return in_table and harmless_style(value) end
  if name ~= 'href' then return true end
  -- a character reference may hide a colon
  return value:match '^https?://' ~= nil or value:match '^mailto:' ~= nil or not value:find '[:&%c]'
end

-- A tag from its place in a text on: what is kept of it, and where it ends; nil where it is refused.
local function tag_at(text, place, in_table)
  local close, name, at = text:match('^<(/?)(%a[%w:-]*)()', place)
  name = name and name:lower()
  if not name or not TAGS[name] then return nil end
  local out = { '<', close, name }
  while true do
    local next_ = text:match('^[%s/]*()', at)
    local ending = text:match('^>()', next_)
    if ending then return table.concat(out) .. '>', ending, close == '' and name end
    local key, after = text:match('^([^%s"\'<>/=]+)()', next_)
    if not key then return nil end
    local value
    local from = text:match('^%s*=%s*()', after)
    if from then
      local quote = text:match('^["\']', from)
      if quote then
        value, after = text:match('^' .. quote .. '([^' .. quote .. ']*)' .. quote .. '()', from)
      else
        value, after = text:match('^([^%s"\'<>=`]+)()', from)
      end
      if not value then return nil end
    end
    key, at = key:lower(), after
    if kept_attribute(key, value or '', in_table) then
      out[#out + 1] = ' ' .. key .. (value and '="' .. value:gsub('"', '&quot;') .. '"' or '')
    end
  end
end

-- HTML of which only harmless tags are left; nil where it holds any other.
local function markup(text)
  local in_table = text:lower():match '<table' ~= nil
  local out, place = {}, 1
  while true do
    local found = text:find('<', place, true)
    out[#out + 1] = text:sub(place, (found or 0) - 1)
    if not found then return table.concat(out) end
    local after = text:match('^<!%-%-[^<>]*%-%->()', found)
    if after then
      out[#out + 1], place = text:sub(found, after - 1), after
    elseif not text:match('^[%a/!?]', found + 1) then
      out[#out + 1], place = '&lt;', found + 1
    else
      local kept, ending, name = tag_at(text, found, in_table)
      if not kept then return nil end
      if name == 'style' then
        local looks, rest = text:match('^(.-)</style>()', ending)
        if not looks then return nil end
        kept = in_table and harmless_style(looks) and kept .. looks .. '</style>' or ''
        ending = rest
      end
      out[#out + 1], place = kept, ending
    end
  end
end

local function raw(el)
  if el.format:match 'html' then
    local text = markup(el.text)
    if not text then return {} end
    if text ~= el.text then
      el.text = text
      return el
    end
  elseif el.format:match 'tex' or el.format == 'typst' then
    return {}
  end
end

-- attributes and addresses ----------------------------------------------------------------------

local function stripped(el)
  local gone = {}
  for name in pairs(el.attributes) do
    local lower = name:lower()
    if lower:match '^on' or lower:match '^typst:' or REFUSED[lower] then gone[#gone + 1] = name end
  end
  for _, name in ipairs(gone) do el.attributes[name] = nil end
  return #gone > 0 and el or nil
end

local function table_stripped(el)
  stripped(el)
  local function rows(of)
    for _, row in ipairs(of) do
      stripped(row)
      for _, cell in ipairs(row.cells) do stripped(cell) end
    end
  end
  stripped(el.head)
  stripped(el.foot)
  rows(el.head.rows)
  rows(el.foot.rows)
  for _, body in ipairs(el.bodies) do
    stripped(body)
    rows(body.head)
    rows(body.body)
  end
  return el
end

local inert = {
  RawInline = raw, RawBlock = raw,
  Div = stripped, Span = stripped, Header = stripped, Code = stripped, CodeBlock = stripped,
  Table = table_stripped,
  Figure = function(figure)
    local pictured = false
    figure:walk { Image = function() pictured = true end }
    if not pictured then return figure.content end
    return stripped(figure)
  end,
  Link = function(link)
    if not leads(link.target) then return link.content end
    return stripped(link)
  end,
  Image = function(image)
    if not is_picture(image.src) then return image.caption end
    return stripped(image)
  end,
}

function Pandoc(doc)
  doc.blocks = doc.blocks:walk(inert)
  for _, key in ipairs { 'title', 'subtitle', 'description' } do
    local kind = pandoc.utils.type(doc.meta[key])
    if kind == 'Inlines' or kind == 'Blocks' then doc.meta[key] = doc.meta[key]:walk(inert) end
  end
  return doc
end
