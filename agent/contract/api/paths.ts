/** The paths that the agent serves. */
export const fencePath = '/ha/fence/vm/from/peer'
/** The name that later management nodes have for the same; they read `success` alone. */
export const successorPath = '/ha/vm/fenceonsuspecthost'
/** Several VMs of one suspect. */
export const batchPath = '/ha/fence/vms/from/peer'
/** What runs of one VM on its suspect: a look, which kills nothing and proves nothing. */
export const lookPath = '/ha/fence/look'
/** Lifts the quarantine of one VM on its suspect; no verdict either. */
export const unfencePath = '/ha/unfence/vm/from/peer'
export const historyPath = '/ha/fence/history'
export const inFlightPath = '/ha/fence/in-flight'
/** What the last drill of all hosts found. */
export const doctorPath = '/doctor'
export const echoPath = '/host/echo'
export const healthPath = '/healthz'
export const readyPath = '/readyz'
export const versionPath = '/version'
export const metricsPath = '/metrics'
export const openapiPath = '/openapi.json'
