/* A fence that a peer passes on to a neighbour, since it has no way to the suspect itself. */
mtype = { kill_after_refusal, proof_too_old };
#define END 5
#define BUDGET 3                /* of our request */
#ifndef RESERVE
#define RESERVE 2               /* what we keep of it for ourselves */
#endif
#ifndef TRANSIT
#define TRANSIT 1               /* ticks that our request may take to the neighbour at most */
#endif
#ifndef CANCEL_LOST
#define CANCEL_LOST 0           /* 1: the neighbour may not learn that ours has ended */
#endif
#ifndef EARLY
#define EARLY 0                 /* 1: ours may refuse before its budget ends */
#endif
#define PROOF 3
#ifdef AGE_FROM_ARRIVAL
#define counted now             /* broken: the age of a death counts from when we heard of it */
#else
#define counted askedAt
#endif

byte now = 0, askedAt = 0, budget = 0, deadAt = 0;
bool passedOn = false, answered = false, refused = false, cancelled = false, again = false;

inline claim(holds, property) {
	if
	:: !(holds) -> printf("!! %e\n", property); assert(false)
	:: else
	fi
}

active proctype Clock() {
end:	do
	:: d_step { now < END -> now++; printf("-- time %d\n", now) }
	od
}

active proctype Ours() {
	byte at;
	if
	:: d_step { now + RESERVE < BUDGET || RESERVE == 0 ->
		askedAt = now; budget = BUDGET - RESERVE - now; passedOn = true;
		printf("peer: passes the fence on, %d ticks for it\n", budget) }
	:: d_step { now + RESERVE >= BUDGET -> printf("peer: too late to pass it on\n") }
	fi;
	if
	:: d_step { answered && now <= BUDGET -> at = counted; printf("peer: hears of the death\n") };
		if
		:: atomic { now - at <= PROOF -> printf("peer: answers dead\n"); printf("node: proceeds\n");
			claim(now - deadAt <= PROOF, proof_too_old) }
		:: now - at > PROOF
		fi
	:: atomic { EARLY || now >= BUDGET -> refused = true; printf("peer: refuses\n");
#ifndef NO_CANCEL
		if
		:: cancelled = true; printf("neighbour: is told to stop\n")
		:: CANCEL_LOST
		fi
#endif
		}
	fi
}

active proctype Neighbour() {
	byte until;
end:	d_step { passedOn && now <= askedAt + TRANSIT -> until = now + budget; printf("neighbour: begins\n") };
	if
	:: d_step { now <= until && !cancelled ->
		printf("suspect: the program of the neighbour kills the VM\n"); claim(!again, kill_after_refusal) }
	:: goto stop
	fi;
	d_step { deadAt = now; printf("neighbour: dead\n") };
	answered = true;
stop:	skip
}

/* A caller that was refused may have the VM started on the suspect again. */
active proctype Caller() {
end:	d_step { refused -> again = true; printf("node: has the VM run on the suspect again\n") }
}
