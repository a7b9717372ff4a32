// The suite's own origin server, on the loopback address only: by itself it listens to everybody.
import net from 'node:net'

const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (port) {
  return listen.call(this, { port, host: '127.0.0.1' })
}
await import('http-cache-tests/test-engine/server/server.mjs')
