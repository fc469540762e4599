/* The whole protocol around one VM. The instances set what differs from the values here; README.md. */
#ifndef PEERS
#define PEERS 1
#endif
#ifndef TRUST
#define TRUST 0         /* the node proceeds on: 0 dead alone, 1 silence of one peer, too, 2 of two peers, 3 silence alone */
#endif
#ifndef CUT
#define CUT 0           /* silence is claimed only after a cut-off: 1 by power, 2 by storage */
#endif
#ifndef LIFT
#define LIFT 0          /* a cut-off is lifted: 1 after another boot, 2 after any login */
#endif
#ifndef POWER_ON
#define POWER_ON 0      /* somebody turns the host on: 1 only before a verdict, 2 at any time */
#endif
#ifndef STARTER
#define STARTER 0       /* what starts the VM on the suspect: 1 only before a verdict, 2 blindly, at any time,
                           3 asks the records as it starts, 4 asked them at some time before */
#endif
#ifndef QUARANTINE
#define QUARANTINE 0    /* ticks from the kill on */
#endif
#ifndef KEEP
#define KEEP 0          /* 1: the quarantine outlives a boot */
#endif
#ifndef END
#define END 0           /* ticks; 0: no clock */
#endif
#ifndef GLITCH
#define GLITCH 0        /* the longest outage of a living host; 0: any */
#endif
#ifndef WINDOW
#define WINDOW 0        /* ticks for which silence has to last */
#endif
#ifndef BUDGET
#define BUDGET 0        /* ticks for a fence; 0: any */
#endif
#ifndef AGE
#define AGE 0           /* the age of a proof is looked at: 0 never, 1 as it is used, 2 as it is sent */
#endif
#ifndef PROOF
#define PROOF 1         /* how old a proof may be */
#endif
#ifndef WAIT
#define WAIT 0          /* ticks before the node gives up */
#endif
#ifndef RESTART
#define RESTART 0       /* 1: a node that gave up starts the VM on the suspect again */
#endif
#ifndef LATE_RECORD
#define LATE_RECORD 0   /* 1: the records name the new host only after the VM runs there */
#endif
#ifndef SENDS
#define SENDS 2         /* how often an answer may arrive */
#endif
#ifndef ASKS
#define ASKS 2
#endif
#ifndef EPOCHS
#define EPOCHS 2
#endif
#ifndef OUTAGES
#define OUTAGES 2
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#if STARTER == 1
#define MAY_START !declared
#elif STARTER == 3
#define MAY_START !recorded
#elif STARTER == 4
#define MAY_START asked
#else
#define MAY_START true
#endif
#include "world.pml"
#include "peer.pml"
#include "node.pml"
