/* The management node: asks peers, perhaps twice, gives up, believes what comes, starts the VM elsewhere. */
#ifdef FORGETFUL
#define ofThisDecision true             /* it keeps no account of what it gave up */
#else
#define ofThisDecision (asked == epoch)
#endif
#define fresh (AGE != 1 || now - at <= PROOF)

inline ask(n) {
	busy[n] = true; asks++; askedAt = now;
	printf("node: asks peer %d, decision %d\n", n, epoch);
	run Peer(n, epoch, now)
}

active proctype Node() {
	byte i, asked, at, epoch = 0, asks = 0, askedAt = 0;
	mtype verdict;
	bool believed = false, silence0 = false, silence1 = false;
end:	do
	:: atomic { asks < ASKS && !busy[0] && !believed -> ask(0) }
#if PEERS == 2
	:: atomic { asks < ASKS && !busy[1] && !believed -> ask(1) }
#endif
	:: d_step { epoch + 1 < EPOCHS && !believed && asks > 0 && now >= askedAt + WAIT ->
		epoch++; silence0 = false; silence1 = false;
		printf("node: gives decision %d up\n", epoch - 1);
		if
		:: RESTART && hostUp && vmA == gone && now >= quarantinedUntil ->
			vmA = live; printf("node: starts the VM on the suspect again\n")
		:: else
		fi }
	:: atomic { answers ? i, verdict, asked, at ->
		if
		:: ofThisDecision && fresh && !believed ->
			if
			:: verdict == dead && TRUST != 3 -> believed = true
			:: verdict == silence && (TRUST == 1 || TRUST == 3) -> believed = true
			:: verdict == silence && TRUST == 2 ->
				silence0 = silence0 || i == 0; silence1 = silence1 || i == 1;
				believed = silence0 && silence1
			:: else
			fi;
			printf("node: takes %e of peer %d\n", verdict, i);
			recorded = believed && !LATE_RECORD
		:: else
		fi;
		i = 0; asked = 0; at = 0; verdict = 0 }
	:: atomic { believed && !vmB ->
		vmB = true; printf("node: proceeds, starts the VM elsewhere\n"); judge() }
	:: d_step { vmB && !recorded -> recorded = true; printf("node: records where the VM is\n") }
	od
}
