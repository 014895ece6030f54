-- For wrk: POSTs, each as a client drawn at random. The file named after "--" has a client in each line, the value of
-- its Authorization header and the form that it sends, with a tab between.
math.randomseed(os.time())
local requests, count = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local authorization, body = line:match("^([^\t]*)\t(.*)$")
    count = count + 1
    requests[count] = wrk.format("POST", nil, {
      ["Authorization"] = authorization, ["Content-Type"] = "application/x-www-form-urlencoded",
    }, body)
  end
end

function request()
  return requests[math.random(count)]
end
