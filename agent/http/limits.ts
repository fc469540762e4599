/** What one caller, or all of them together, may cost this process. */

/** The longest command is a few KiB and a 16 KiB key; escaped, it still fits. */
export const bodyBytesMax = 64 * 1024
/** A management node lists every character set it knows in Accept-Charset: several KiB. */
export const headerBytesMax = 32 * 1024
/** A request arrives in one round trip or two; a slower one holds a connection for nothing. */
export const headersTimeoutMs = 5_000
export const requestTimeoutMs = 10_000
/**
 * How often Node looks at the two limits above; its own default of 30 s would make them 30 s late.
 */
export const connectionsCheckingIntervalMs = 1_000
/**
 * Longer than callers keep idle connections in their pools: a connection that we close first breaks
 * the request that is just being sent on it, and the caller then refuses to start the VM.
 */
export const keepAliveTimeoutMs = 72_000
/**
 * Connections that wait to be accepted: in a storm they come at once, and one that finds no room is
 * asked for again after 1, 3 and 7 s, which is time of its fence. The kernel cuts it to
 * net.core.somaxconn.
 */
export const backlogMax = 4096
/**
 * Connections beyond the fences in flight: health probes, idle pool connections, and 503 answers.
 */
export const spareConnectionsMax = 128
/**
 * A caller that waits for its answer acknowledges that often, so that its connection vouches for
 * our network.
 */
export const callerKeepAliveMs = 1_000
/** A handshake is two round trips; a slower one holds a connection for nothing. */
export const tlsHandshakeTimeoutMs = 5_000
/** Connections of all addresses together that will be turned away whatever they ask. */
export const strangersMax = 16
/**
 * Answers that one connection may wait for: management nodes send the next request after the
 * answer.
 */
export const openAnswersMax = 16

/**
 * Of every listener alike. A socket is silent for as long as its fence takes, so idle ones are not
 * cut.
 */
export const serverOptions = {
  maxHeaderSize: headerBytesMax,
  headersTimeout: headersTimeoutMs,
  requestTimeout: requestTimeoutMs,
  connectionsCheckingInterval: connectionsCheckingIntervalMs,
  keepAliveTimeout: keepAliveTimeoutMs,
  // Node's own answer to a request without a host has no body; ours has.
  requireHostHeader: false,
} as const
