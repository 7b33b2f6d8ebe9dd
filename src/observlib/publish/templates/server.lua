-- Converts the pages that `publish/pandoc.py` asks for, as pandoc would by its options. A request is
-- a line of JSON, its result a file; what is told on stderr ends with a line of its own.

local compiled = {} -- templates, by their text

local function template(path, format)
  local text = path and io.open(path, 'rb'):read 'a' or pandoc.template.default(format)
  compiled[text] = compiled[text] or pandoc.template.compile(text)
  return compiled[text]
end

-- variables without empty lists, which templates would hold for true; a text sets none of them
local function filled(variables, meta)
  for name, value in pairs(variables) do
    if type(value) == 'table' then
      filled(value, {})
      if next(value) == nil then variables[name], meta[name] = nil, nil end
    end
  end
  return variables
end

local function filtered(doc, path)
  PANDOC_SCRIPT_FILE = path
  local done, result = pcall(pandoc.utils.run_lua_filter, doc, path)
  if done then return result end
  error('Error running filter ' .. path .. ':\n' .. tostring(result), 0)
end

local function converted(request)
  FORMAT = request.to
  local is_docx = FORMAT == 'docx'
  local standalone = is_docx or request.template ~= nil
  local doc = pandoc.read(request.text, 'markdown', { columns = 72, standalone = standalone })
  for key, value in pairs(request.metadata or {}) do doc.meta[key] = value end
  for _, path in ipairs(request.filters) do doc = filtered(doc, path) end
  if is_docx then doc = pandoc.mediabag.fill(doc) end
  local text = pandoc.write(doc, FORMAT == 'typst' and 'typst-citations' or FORMAT, pandoc.WriterOptions {
    template = standalone and template(request.template, FORMAT) or nil,
    variables = filled(request.variables or {}, doc.meta),
    reference_doc = request.reference,
    table_of_contents = FORMAT == 'html' and standalone,
    toc_depth = 3,
    figure_caption_position = is_docx and 'below' or 'above',
    html_math_method = 'mathml',
    -- else it costs as much as ten pages; no style of ours uses it
    highlight_method = is_docx and 'default' or 'none',
  })
  pandoc.mediabag.empty()
  return (standalone or text:match '\n$') and text or text .. '\n'
end

local function answer(request)
  local environment = pandoc.system.environment()
  for name, value in pairs(request.environment or {}) do environment[name] = value end
  local result = pandoc.system.with_environment(environment, function()
    return pandoc.system.with_working_directory(request.folder, function() return converted(request) end)
  end)
  local file <close> = io.open(request.result, 'wb')
  file:write(result)
end

for line in io.lines() do
  local done, problem = pcall(answer, pandoc.json.decode(line, false))
  if not done then
    io.stderr:write(tostring(problem), '\n')
    os.exit(1)
  end
  io.stderr:write '\0\n'
end
