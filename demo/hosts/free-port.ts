import { connect, createServer, type AddressInfo } from 'node:net';

/** A port of this machine that nothing listens on at the moment. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

/**
 * The wanted port, or any free one for 0.
 * @throws Error where something listens on it: a person's own Node-RED or n8n would be taken for ours, and its flows replaced
 */
export async function ownPort(wanted: number): Promise<number> {
  if (wanted === 0) return freePort();
  if (await answers(wanted)) throw new Error(`Port ${wanted} is taken: does another Node-RED or n8n run here? Stop it, or use other ports (--any-port).`);
  return wanted;
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    }).once('error', () => done(false));
  });
}
