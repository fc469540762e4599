/* One fence of one peer, from its request to its verdict, and the way of that back to the node. */
mtype = { refuse, dead, silence };
chan answers = [2] of { byte, mtype, byte, byte };  /* peer, verdict, epoch of the request, time of the verdict */
bool busy[PEERS] = false;

#ifdef NO_CONTACT_LOST
#define silent(i) (!reachable(i))       /* broken: only the last look counts */
#else
#define silent(i) (!heard[i])           /* nothing since this fence began, now included */
#endif
#ifdef SILENT_SINCE_THE_REQUEST
#define SILENT_SINCE began              /* broken: time in which nobody looked counts as silence */
#else
#define SILENT_SINCE looksSince
#endif
#ifdef BLIND_TO_STARTS
#define nothingSeen (vmA != live)       /* broken: what libvirt is starting is not looked for */
#else
#define nothingSeen (vmA == gone)
#endif
#define inTime (!BUDGET || now <= began + BUDGET)

#if CUT == 1
#define act() powered = false; hostUp = false; vmA = gone; printf("peer %d: has the power of the suspect turned off\n", i)
#define offNow (!powered)
#else
#define act() cutOff = true; bootAtCut = boot; printf("peer %d: has the storage cut the suspect off\n", i)
#define offNow (cutOff)
#endif
#if defined(NO_CONFIRMATION)
#define confirmed true                  /* broken: what was ordered is believed */
#elif defined(STALE_READING)
#define confirmed off                   /* broken: a reading from before the silence is believed */
#else
#define confirmed offNow
#endif

proctype Peer(byte i; byte epoch; byte began) {
	mtype verdict = refuse;
	byte at = 0, sent = 0, looksSince;
	bool off = false;
	d_step { heard[i] = reachable(i); looksSince = now; printf("peer %d: begins a fence\n", i) }
#ifdef STALE_READING
	d_step { off = offNow; printf("peer %d: reads the power\n", i) }
#endif
	if
	:: d_step { reachable(i) && inTime -> heard[i] = true; printf("peer %d: logs in\n", i) }
	:: !reachable(i) -> goto unheard
	:: goto decided                         /* any doubt */
	fi;
	if
	:: d_step { reachable(i) && inTime ->
		quarantinedUntil = (QUARANTINE -> now + QUARANTINE : 0);
		if
		:: !stuck -> vmA = gone
		:: else
		fi;
		printf("suspect: the program of peer %d kills the VM\n", i) }
	:: !reachable(i) -> goto unheard
	:: goto decided
	fi;
#ifdef NO_LAST_SCAN
	d_step { verdict = dead; at = now; declared = true; printf("peer %d: dead, since it was killed\n", i) }
#else
	if
	:: d_step { reachable(i) && inTime && nothingSeen ->
		verdict = dead; at = now; declared = true; printf("peer %d: nothing left in the last scan: dead\n", i) }
	:: !reachable(i) -> goto unheard
	:: goto decided
	fi;
#endif
	goto decided;
unheard:
	if
	:: d_step { now >= WINDOW + SILENT_SINCE && silent(i) && inTime -> printf("peer %d: only silence\n", i) }
	:: goto decided
	fi;
#if CUT
	if
	:: d_step { act() }
	:: skip                                 /* the order was lost, or did nothing */
	fi;
	if
	:: d_step { confirmed && silent(i) ->
		declared = true; printf("peer %d: reads that it is cut off, and still silent\n", i) }
	:: goto decided
	fi;
#endif
	d_step { verdict = silence; at = now; declared = true; printf("peer %d: unreachable\n", i) }
decided:
	/* A refusal changes nothing at the node. A proof may arrive late, twice or never. */
	do
	:: verdict != refuse && sent < SENDS && (AGE != 2 || now - at <= PROOF) -> answers ! i, verdict, epoch, at; sent++
	:: break
	od;
	busy[i] = false
}
