-- Sends the headers of a file in turn, and prints what was measured as one line of JSON.
local requests, last = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local name, value = line:match("^(.-): (.*)$")
    local headers = { [name] = value, ["User-Agent"] = "bench/1.0" }
    requests[#requests + 1] = wrk.format("GET", nil, headers)
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end

function done(summary, latency)
  local errors = summary.errors
  for kind, number in pairs(errors) do
    if number > 0 then io.stderr:write(string.format("wrk: %d errors of the kind %s\n", number, kind)) end
  end
  io.write(string.format(
    '{"requestsPerSecond":%f,"p50":%f,"p99":%f,"errors":%d}\n',
    summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000,
    latency:percentile(99) / 1000,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout
  ))
end
