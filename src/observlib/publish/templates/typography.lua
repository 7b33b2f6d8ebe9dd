-- French typography, which `filter.lua` walks with: spaces that keep, and guillemets.

local NBSP = '\u{a0}'

-- a line never breaks before a double punctuation mark nor inside guillemets
local function spaces(inlines)
  for position = 2, #inlines do
    local before, here, after = inlines[position - 1], inlines[position], inlines[position + 1]
    if here.t == 'Space' or here.t == 'SoftBreak' then
      local sign = after and after.t == 'Str' and after.text
      if sign and (sign:match '^[:;!?%%]' or sign:match '^»' or sign:match '^€') or
        (before.t == 'Str' and before.text:match '«$') then
        inlines[position] = pandoc.Str(NBSP)
      end
    end
  end
  return inlines
end

local function quoted(el)
  if el.quotetype ~= 'DoubleQuote' then return nil end
  local result = pandoc.Inlines { pandoc.Str('«' .. NBSP) }
  result:extend(el.content)
  result:insert(pandoc.Str(NBSP .. '»'))
  return result
end

return { Inlines = spaces, Quoted = quoted }
