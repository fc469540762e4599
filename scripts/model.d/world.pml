/* The truth: a VM that writes to one disk, the host where it ran, its network, its power and the storage.
 * Nobody in the other files reads it but by a look that the real part could take, too. */
mtype = { gone, starting, live };
mtype vmA = live;               /* on the suspect */
bool vmB = false;               /* where HA starts it */
bool stuck = false;             /* this qemu hangs in the kernel and does not die of a SIGKILL */
bool hostUp = true, powered = true;
bool link[PEERS] = true;        /* between a peer and the suspect */
bool heard[PEERS] = false;      /* something of the suspect reached this peer since its fence began */
bool cutOff = false;            /* the storage takes nothing from the suspect */
byte boot = 0, bootAtCut = 0;
byte quarantinedUntil = 0;      /* until then libvirt on the suspect refuses to start the VM */
bool declared = false;          /* some peer has reached a verdict that lets HA proceed */
bool recorded = false;          /* the records of the management plane name the new host */
byte now = 0;

#define reachable(i) (link[i] && hostUp)
#if PEERS == 2
#define hear() heard[0] = heard[0] || reachable(0); heard[1] = heard[1] || reachable(1)
#else
#define hear() heard[0] = heard[0] || reachable(0)
#endif

#ifdef ONE_ALWAYS
#define MAY_LOSE(other) link[other]     /* no moment in which both are cut from the suspect */
#else
#define MAY_LOSE(other) true
#endif

inline judge() {
	if
	:: vmA == live && !cutOff && vmB -> printf("!! two_writers\n"); assert(false)
	:: else
	fi
}

#if END
/* Time passes at any moment. With GLITCH, no outage of a living host lasts longer than so many ticks. */
active proctype Clock() {
	byte outage = 0;
end:	do
	:: d_step { now < END && (!GLITCH || reachable(0) || !hostUp || outage < GLITCH) ->
		now++; printf("-- time %d\n", now);
		if
		:: !link[0] && hostUp -> outage++
		:: else -> outage = 0
		fi }
	od
}
#endif

/* Links go down and come back, each by itself. */
active proctype Net() {
	byte outages = 0;
end:	do
	:: d_step { link[0] && outages < OUTAGES && MAY_LOSE(1) -> outages++; link[0] = false; printf("net: peer 0 loses the suspect\n") }
	:: d_step { !link[0] -> link[0] = true; hear(); printf("net: peer 0 has the suspect again\n") }
#if PEERS == 2
	:: d_step { link[1] && outages < OUTAGES && MAY_LOSE(0) -> outages++; link[1] = false; printf("net: peer 1 loses the suspect\n") }
	:: d_step { !link[1] -> link[1] = true; hear(); printf("net: peer 1 has the suspect again\n") }
#endif
	od
}

/* The host crashes or loses its power, and boots. What is in its tmpfs is gone then, unless it was kept. */
active proctype Host() {
	byte crashes = 0;
	if
	:: stuck = true
	:: skip
	fi;
end:	do
	:: d_step { hostUp && crashes < CRASHES -> crashes++; hostUp = false; vmA = gone; printf("suspect: crashes\n") }
#if CUT == 1
	:: d_step { powered && crashes < CRASHES ->
		crashes++; powered = false; hostUp = false; vmA = gone; printf("suspect: loses its power\n") }
	:: d_step { !powered && (POWER_ON == 2 || (POWER_ON && !declared)) ->
		powered = true; printf("somebody: turns the suspect on\n") }
#endif
	:: d_step { !hostUp && powered ->
		hostUp = true; boot++; hear(); printf("suspect: boots\n");
		if
		:: !KEEP -> quarantinedUntil = 0
		:: else
		fi }
	od
}

#if STARTER
/* Something on the suspect that starts the VM: autostart, a supervisor, another HA, a person. */
active proctype Starter() {
	byte starts = 0;
	bool asked = false;
end:	do
#if STARTER == 4
	:: d_step { !asked && !recorded -> asked = true; printf("starter: reads in the records that the VM is here\n") }
#endif
	:: d_step { starts < 1 && hostUp && vmA == gone && now >= quarantinedUntil && MAY_START ->
		starts++; vmA = starting; printf("starter: begins to start the VM on the suspect\n") }
	:: d_step { vmA == starting && hostUp -> vmA = live; printf("suspect: the VM runs\n"); judge() }
	od
}
#endif

#if LIFT
/* A cut-off is lifted after a login that shows another boot than the one that was cut off. */
active proctype Lifter() {
end:	do
	:: d_step { cutOff && reachable(0) && (LIFT == 2 || boot != bootAtCut) ->
		cutOff = false; printf("peer 0: lifts the cut-off\n"); judge() }
	od
}
#endif
