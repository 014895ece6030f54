-- For wrk: POSTs, each as a client drawn at random. The file named after "--" has a client in each line, the value of
-- its Authorization header, the form that it sends, and what tells this request from others, with tabs between.
math.randomseed(os.time())
local requests, count = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local authorization, body, number = line:match("^([^\t]*)\t([^\t]*)\t(.*)$")
    count = count + 1
    requests[count] = wrk.format("POST", nil, {
      ["Authorization"] = authorization, ["Content-Type"] = "application/x-www-form-urlencoded",
      ["User-Agent"] = "program/" .. number,
    }, body)
  end
end

function request()
  return requests[math.random(count)]
end
