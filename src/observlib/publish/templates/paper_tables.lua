-- A table on paper: widths of its columns, size of its letters, and where it may be cut.
-- `filter.lua` loads this file, which gives one function.

-- lines of a table that is not cut: a longer one would leave too much of a page white
local SHORT = 7
-- letters side by side in a table's row, on a page upright or turned, at the usual size in points
local UPRIGHT, TURNED, SIZE = 93, 142, 9.5
-- size under which a page is turned; size that letters have to save lines, where so few are left
local SMALLEST, SMALL, SAVED = 8, 8.5, 0.85
-- letters of a line above which a column is not wider
local LONG = 60
-- rows that stay together at the head and at the foot of a table that is cut, and the most lines
-- that they may take
local FIRST, LAST, MOST_KEPT = 2, 3, 12
-- height of a line, and of what is around a row's lines, for each point of the letters' size
local LINE, AROUND = 1.25, 0.9
local SIDES = { AlignLeft = 'left', AlignRight = 'right', AlignCenter = 'center' }

local function letters(text) return utf8.len(text) or #text end

-- The lines of text of a cell. What holds nothing but words is not given to pandoc's slow writer.
local function lines_in(cell)
  local text
  local only = #cell.contents == 1 and cell.contents[1]
  local marked = only and only.content:find_if(function(el) return el.t ~= 'Str' and el.t ~= 'Space' end)
  if only and not marked then
    text = pandoc.utils.stringify(only)
  else
    text = pandoc.write(pandoc.Pandoc(cell.contents), 'plain', { wrap_text = 'none' })
    text = text:gsub('%^%((.-)%)', '%1') -- letters above the line
  end
  local found = {}
  for line in text:gmatch '[^\n]+' do found[#found + 1] = line end
  return found
end

-- The cells of rows, by what is needed to set them: read once, as pandoc gives copies.
local function read(rows)
  return rows:map(function(row)
    return row.cells:map(function(cell)
      return { lines = lines_in(cell), span = cell.col_span }
    end)
  end)
end

local function is_group(cells, columns) return #cells == 1 and columns > 1 end

-- all rows below the head, from top to bottom
local function body_rows(found)
  local rows = pandoc.List {}
  for _, body in ipairs(found.bodies) do
    rows:extend(body.head)
    rows:extend(body.body)
  end
  return rows
end

-- By column, the longest word and the longest line, in letters: words cannot be broken, lines can,
-- and those of a head always are.
local function needs(columns, heads, rows)
  local words, lines = {}, {}
  for column = 1, columns do words[column], lines[column] = 4, 4 end
  local function look(cells, head)
    if #cells ~= columns then return end
    for column, cell in ipairs(cells) do
      for _, line in ipairs(cell.lines) do
        if not head then lines[column] = math.max(lines[column], letters(line)) end
        for word in line:gmatch '[^ %-]+%-?' do
          local needed = letters(word)
          if head and needed > 8 then needed = needed + 1 end -- bold
          words[column] = math.max(words[column], needed)
        end
      end
    end
  end
  for _, cells in ipairs(heads) do look(cells, true) end
  for _, cells in ipairs(rows) do look(cells, false) end
  return words, lines
end

-- Widths of columns whose words fit; what room is left goes to the columns whose lines are broken,
-- in proportion to what they lack, as browsers do. Also the sum of the widths.
local function shared_out(words, lines, room)
  local widths, total, lacking = {}, 0, 0
  for column, word in ipairs(words) do
    local wanted = math.max(word, math.min(lines[column], LONG))
    widths[column] = { word + 2, wanted - word }
    total, lacking = total + word + 2, lacking + wanted - word
  end
  local share = lacking > 0 and math.max(0, math.min(1, (room - total) / lacking)) or 0
  for column, width in ipairs(widths) do widths[column] = math.floor(width[1] + share * width[2]) end
  return widths, total + share * lacking
end

-- how many lines of text a row takes
local function lines_of(cells, widths)
  local most, column = 1, 1
  for _, cell in ipairs(cells) do
    local room = 2 * (cell.span - 1)
    for position = column, column + cell.span - 1 do
      room = room + (widths[position] and widths[position].letters or 0)
    end
    local needed = 0
    for _, line in ipairs(cell.lines) do
      needed = needed + math.max(1, math.ceil(letters(line) / math.max(room, 1)))
    end
    most, column = math.max(most, needed), column + cell.span
  end
  return most
end

local function sum_of(rows, widths, from, to)
  local lines = 0
  for position = math.max(from, 1), math.min(to, #rows) do lines = lines + lines_of(rows[position], widths) end
  return lines
end

-- Widths, size of letters, whether the page is turned: where words do not fit side by side, or where
-- it saves a good part of the lines, letters are smaller; where that is not enough the page is turned.
local function fitted(columns, heads, rows)
  local words, lines = needs(columns, heads, rows)
  local function at(size, room)
    local widths, total = shared_out(words, lines, room * SIZE / size)
    local stretch = math.max(1, room * SIZE / size / total)
    for column, width in ipairs(widths) do widths[column] = { part = width, letters = width * stretch - 2 } end
    return widths, total * size / SIZE <= room + 0.01, sum_of(rows, widths, 1, #rows)
  end
  for _, page in ipairs { { UPRIGHT, false }, { TURNED, true } } do
    local room, turned = table.unpack(page)
    local best, size_of_best, fewest
    for size = SIZE, SMALLEST, -0.5 do
      local widths, fits, taken = at(size, room)
      if fits and (not best or (size >= SMALL and taken < SAVED * fewest)) then
        best, size_of_best, fewest = widths, size, taken
      end
    end
    if best then return best, size_of_best, turned end
  end
  local total = 2 * #words
  for _, word in ipairs(words) do total = total + word end
  return at(SIZE, TURNED), SIZE * TURNED / total, true
end

-- what a cell holds, in bold where it is a head's or a group's
local function content(cell, bold)
  if not bold then return cell.contents end
  return cell.contents:walk { Plain = function(el) return pandoc.Plain { pandoc.Strong(el.content) } end }
end

-- Rows as typst's source, by their position; all their cells are written at once.
--   bold  by the position of a row, whether it is in bold
local function row_texts(rows, bold, written)
  local contents = {}
  for position, row in ipairs(rows) do
    for _, cell in ipairs(row.cells) do contents[#contents + 1] = content(cell, bold(position)) end
  end
  local texts, found, place = written(contents), {}, 0
  for position, row in ipairs(rows) do
    local cells = {}
    for _, cell in ipairs(row.cells) do
      local options = {}
      if SIDES[cell.alignment] then options[#options + 1] = 'align: ' .. SIDES[cell.alignment] end
      if cell.col_span > 1 then options[#options + 1] = 'colspan: ' .. cell.col_span end
      if cell.row_span > 1 then options[#options + 1] = 'rowspan: ' .. cell.row_span end
      local opening = #options > 0 and 'table.cell(' .. table.concat(options, ', ') .. ')' or ''
      place = place + 1
      cells[#cells + 1] = opening .. '[' .. texts[place] .. ']'
    end
    found[position] = table.concat(cells, ', ') .. ','
  end
  return found
end

-- Where the last rows begin that are not cut from each other, nor from their group's head.
local function last_kept(rows, columns)
  local first, kept = #rows + 1, 0
  while first > 1 and kept < LAST do
    first = first - 1
    if not is_group(rows[first], columns) then kept = kept + 1 end
  end
  if first > 1 and is_group(rows[first - 1], columns) then first = first - 1 end
  return first
end

-- A table of pandoc as a figure in typst's source, as wide as the page, with heads and groups in
-- bold and one rule; and whether it needs a page turned for it alone.
--
-- A short table is not cut. Of a longer one the first rows stay with the caption and the last with
-- the notes: its foot is what typst never cuts, and the room that its first rows need belongs to
-- its caption. A head of a group is never the last line of a page.
--   found    the table
--   label    its identifier, or ''
--   caption  what stands above it, in typst's source, or ''
--   notes    what stands under it, in typst's source
--   written  gives typst's source of each of some blocks
--   again    gives, for a page turned or not, what repeats the caption above each further part
return function(found, label, caption, notes, written, again)
  local rows, columns, head_rows = body_rows(found), #found.colspecs, read(found.head.rows)
  local cells = read(rows)
  local widths, size, turned = fitted(columns, head_rows, cells)
  local heads = sum_of(head_rows, widths, 1, #head_rows)
  local cut = heads + sum_of(cells, widths, 1, #cells) > SHORT
  local foot = last_kept(cells, columns)
  if sum_of(cells, widths, foot, #cells) > MOST_KEPT then foot = #rows + 1 end

  local parts, sides, out = {}, {}, {}
  for column, spec in ipairs(found.colspecs) do
    parts[column], sides[column] = widths[column].part .. 'fr', SIDES[spec[1]] or 'auto'
  end
  local function add(text) out[#out + 1] = text end
  add 'table('
  add('columns: (' .. table.concat(parts, ', ') .. ',),')
  add('align: (' .. table.concat(sides, ', ') .. ',),')
  if #found.head.rows > 0 then
    add 'table.header('
    local heads_texts = row_texts(found.head.rows, function() return true end, written)
    if cut and again then heads_texts[1] = heads_texts[1]:gsub('%[', '[' .. again(turned):gsub('%%', '%%%%'), 1) end
    for _, text in ipairs(heads_texts) do add(text) end
    add '),\ntable.hline(),'
  end
  local function group(position) return is_group(cells[position], columns) end
  local texts = row_texts(rows, group, written)
  for position = 1, foot - 1 do
    local text = texts[position]
    add(group(position) and 'table.header(level: 2, repeat: false, ' .. text .. '),' or text)
  end
  if foot <= #rows or #notes > 0 then
    add 'table.footer(repeat: false,'
    for position = foot, #rows do add(texts[position]) end
    for _, note in ipairs(notes) do add(('table-note(%d)[%s],'):format(columns, note)) end
    add '),'
  end
  add ')'
  local text = '#figure(kind: table, caption: [' .. caption .. '],\n' .. table.concat(out, '\n') .. ')' ..
    (label ~= '' and ' <' .. label .. '>' or '')
  if size < SIZE then text = ('#show table: set text(size: %.1fpt)\n%s'):format(size, text) end
  if cut then
    local first = math.min(heads + sum_of(cells, widths, 1, FIRST), MOST_KEPT)
    local needed = size * (first * LINE + (#found.head.rows + FIRST) * AROUND)
    text = ('#show figure.caption: set block(inset: (bottom: %.0fpt))\n'):format(needed) ..
      ('#set figure(gap: 0.8em - %.0fpt)\n'):format(needed) .. text
  else
    text = '#show figure: set block(breakable: false)\n' .. text
  end
  return '#[\n' .. text .. '\n]', turned
end
