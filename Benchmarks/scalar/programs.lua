-- The programs of fib.imf, sums.imf and mandelbrot.imf in Lua.
local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end

local function with_while(n)
  local s, i = 0.0, 0
  while i < n do
    s = s + i
    i = i + 1
  end
  return s
end

local function with_for(n)
  local s = 0.0
  for i = 0, n - 1 do s = s + i end
  return s
end

local function mandelbrot(width, height, limit)
  local total = 0
  for row = 0, height - 1 do
    local y0 = -1.25 + 2.5 * row / height
    for column = 0, width - 1 do
      local x0 = -2 + 3 * column / width
      local x, y, k = 0.0, 0.0, 0
      while k < limit and x * x + y * y <= 4 do
        x, y = x * x - y * y + x0, 2 * x * y + y0
        k = k + 1
      end
      total = total + k
    end
  end
  return total
end

local function measure(name, program)
  local start = os.clock()
  local result = program()
  print(string.format("%s\t%.0f\t%.4f", name, result, os.clock() - start))
end

measure("fib(27)", function() return fib(27) end)
measure("sum, while", function() return with_while(10000000) end)
measure("sum, for", function() return with_for(10000000) end)
measure("sum, session", function()
  S = 0.0
  for i = 0, 9999999 do S = S + i end
  return S
end)
measure("Mandelbrot 200 x 200", function() return mandelbrot(200, 200, 100) end)
