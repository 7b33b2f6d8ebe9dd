-- What style sheets set on screens, on paper: points, which `observlib.display.dots` makes, and the
-- large letters of a page in easy French.
-- Both publishers run this filter, as `_quarto.yml` says.

local PUBLISHED = { typst = true, docx = true }

-- a PDF of ours has the brand's colour under this name, and one of plain Quarto has none
local ACCENT = quarto and 'black' or 'accent'

local function typst(text) return pandoc.RawBlock('typst', text) end

-- a point is a box of a grid; its heading is one still
local function grid(div)
  local content = pandoc.Blocks { typst([[
#block(above: 1.4em, below: 1.4em)[
#set par(justify: false, spacing: 0.6em)
#set text(hyphenate: false)
#show heading: it => block(above: 0pt, below: 0.6em, text(size: 10pt, it.body))
#let point = grid.cell.with(
  breakable: false, stroke: (top: 1.5pt + ]] .. ACCENT .. [[, rest: 0.5pt + rgb("#d6d6de")))
#grid(columns: (1fr, 1fr, 1fr), gutter: 0.9em, inset: 0.7em,]]) }
  for _, point in ipairs(div.content) do
    content:insert(typst 'point[')
    content:extend(point.content)
    content:insert(typst '],')
  end
  content:insert(typst ')]')
  return content
end

local TYPST = { number = 'size: 17pt, weight: "bold"', verdict = 'weight: "bold"',
  detail = 'size: 8.5pt, fill: rgb("#55555f")' }
local WORD = { number = '<w:b/><w:sz w:val="40"/>', verdict = '<w:b/>', detail = '<w:sz w:val="18"/>' }

local function set(span)
  for _, class in ipairs(span.classes) do
    if FORMAT == 'typst' and TYPST[class] then
      span.content:insert(1, pandoc.RawInline('typst', '#text(' .. TYPST[class] .. ')['))
      span.content:insert(pandoc.RawInline('typst', ']'))
      return span.content
    elseif FORMAT == 'docx' and WORD[class] then
      local text = pandoc.utils.stringify(span):gsub('&', '&amp;'):gsub('<', '&lt;')
      return pandoc.RawInline('openxml', '<w:r><w:rPr>' .. WORD[class] ..
        '</w:rPr><w:t xml:space="preserve">' .. text .. '</w:t></w:r>')
    end
  end
end

-- from its first words on, a page in easy French has large letters and lines that end as they may
local EASY = '#set text(size: 14pt, hyphenate: false)\n#set par(justify: false, leading: 0.8em)'

function Div(div)
  if FORMAT == 'typst' and div.classes:includes 'easy' then
    div.content:insert(1, typst(EASY))
    return div.content
  end
  if not PUBLISHED[FORMAT] or not div.classes:includes 'points' then return nil end
  div.content = div.content:walk { Span = set }
  return FORMAT == 'typst' and grid(div) or div
end
