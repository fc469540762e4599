/**
 * The suspect's program. It lies beside the folder of the agent, in `build/` as in the packages,
 * where the whole agent is one file in that folder: so this line stays at the top of `agent/`.
 */
export const programFile = new URL('../scripts/suspect/fence-vms.bash', import.meta.url)
