/** Every wait and bound of the probe in one place, with its unit. */

/** More addresses of one suspect than this are answered `not-run`. */
export const addressesMax = 16
/** More witnesses than this are not asked. */
export const witnessesMax = 8
/** Standard output and standard error of one tool, in characters each. */
export const outputCharactersMax = 65_536
/** What `probe` leaves of its budget, so that it ends before and not at the deadline. */
export const reserveMs = 300
/** How often a neighbour entry that has not decided yet is read again. */
export const pollMs = 100
/** `ip` and `ss` ask the kernel and take a few ms; more means a sick host. */
export const toolTimeoutMs = 2_000
/** `ping` ends by itself; on a busy host it may be that late. */
export const pingGraceMs = 2_000
/** After SIGTERM a tool gets this long before SIGKILL. */
export const killAfterMs = 200
/** Since the fence began: until then every part of a second was looked at that may tell an age. */
export const datingMs = 3_000
/**
 * A neighbour that is asked again and again without an end is not proven; a round takes 1 s or
 * more.
 */
export const roundsMax = 6

/**
 * How one `ping` is run. It ends at the latest `intervalSec * (count - 1) + waitSec` after its
 * start.
 */
export interface PingPlan {
  readonly count: number
  readonly intervalSec: number
  /** Whole seconds: older versions of ping take nothing else. */
  readonly waitSec: number
}

/** The wait is as long as the kernel needs (3 x 1 s) to tell that an address does not resolve. */
export const onLinkPing: PingPlan = { count: 3, intervalSec: 0.5, waitSec: 3 }
/** Where the kernel has a link address: enough to find somebody who is there. */
export const knownPing: PingPlan = { count: 3, intervalSec: 0.2, waitSec: 1 }
/** After that address was taken away: all of them wait for the same broadcasts, 3 x 1 s. */
export const anewPing: PingPlan = { count: 2, intervalSec: 0.2, waitSec: 3 }
/** ICMP errors are rate limited to about one a second (`icmp_ratelimit`): spread the questions. */
export const offLinkPing: PingPlan = { count: 4, intervalSec: 1, waitSec: 2 }
/** Only has to make the kernel ask once more who owns the address. */
export const againPing: PingPlan = { count: 2, intervalSec: 0.2, waitSec: 1 }
export const witnessPing: PingPlan = { count: 2, intervalSec: 0.2, waitSec: 2 }
/**
 * Where the kernel may not be told to ask a witness at once, a stale entry takes 5 s
 * (`delay_first_probe_time`) until it does.
 */
export const witnessNeighbourMs = 6_000
/** The caller's connection is acknowledged every second, if the caller is there. */
export const witnessConnectionMs = 2_500
/** A witness takes a connection within this, a SYN that was lost included. */
export const witnessPortMs = 2_500
/** The kernel counts that age in ticks of up to 10 ms. */
export const ackSlackMs = 20
