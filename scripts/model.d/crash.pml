/* One agent that may be killed anywhere, its journal, and the answer that a caller wants later. */
mtype = { none, intent, outcomeProof, outcomeRefusal, answerProof, answerRefusal, delivery, proof, refusal };
mtype = { intent_without_outcome, kill_without_intent, proof_not_on_disk, proof_after_refusal };
#ifndef CRASHES
#define CRASHES 2
#endif
#ifndef SLOW_DISK
#define SLOW_DISK 0     /* 1: the disk may take longer for a line than the agent waits */
#endif
#ifndef ANSWER_WAITED
#define ANSWER_WAITED 0 /* 1: a proof that is late on the disk a second time, as an answer, is refused */
#endif
#ifndef CLOCK_SET_BACK
#define CLOCK_SET_BACK 0 /* 1: somebody sets the wall clock back while no agent runs */
#endif
#define LINES 20
mtype lines[LINES] = none;
byte length = 0, synced = 0;    /* lines written; of these, lines that outlive a crash for certain */
bool killed = false;
mtype taken = none;             /* what the caller took first */
bool asked = false;             /* a request of the caller waits for the agent */
bool tooOld = false;            /* the proof was seen to be too old, and the clock only goes on */

inline append(what) { d_step { lines[length] = what; length++; position = length; printf("agent: writes %e\n", what) } }

/* Waits for the disk; with SLOW_DISK, perhaps not long enough. */
inline waitForDisk() {
	if
	:: synced >= position -> isOnDisk = true
	:: SLOW_DISK -> isOnDisk = false; printf("agent: the disk is late\n")
#ifdef NO_SYNC
	:: isOnDisk = true                      /* broken: a line that was written counts as on disk */
#endif
	fi
}

/* What the lines below `end` say of the last request, as a fresh agent reads them. */
inline read(end) {
	k = 0; open = false; owed = false; outcome = none; stored = none;
	do
	:: k < end ->
		if
		:: lines[k] == intent -> open = true; owed = true; stored = none; outcome = none
		:: lines[k] == outcomeProof || lines[k] == outcomeRefusal -> open = false; outcome = lines[k]
		:: lines[k] == answerProof || lines[k] == answerRefusal -> stored = lines[k]
		:: lines[k] == delivery -> owed = false
		:: else
		fi;
		k++
	:: else -> break
	od;
	k = 0
}

inline claim(holds, property) {
	if
	:: !(holds) -> printf("!! %e\n", property); assert(false)
	:: else
	fi
}

active proctype Agent() {
	byte position, k;
	bool isOnDisk, open, owed, again;
	mtype verdict, outcome, stored;
starts:	skip;
	{
		d_step { read(length); again = false; verdict = refusal }
#ifndef NO_CLOSING
		if
		:: open -> append(outcomeRefusal)       /* interrupted */
		:: else
		fi;
#endif
		if
		:: owed && stored == answerProof && (!tooOld || CLOCK_SET_BACK) -> verdict = proof; goto delivers
		:: owed && stored == answerProof && tooOld -> goto delivers
		:: owed && stored != answerProof ->
#ifdef FORGETS_WHAT_IT_OWES
			if                              /* broken: the same task is fenced again beside the old answer */
			:: d_step { asked -> asked = false; again = true }
			:: skip
			fi;
#endif
			append(answerRefusal); goto delivers
		:: else
		fi;
serves:	skip;
		d_step { read(length); claim(!open, intent_without_outcome); verdict = none; position = 0; again = false };
end:		asked -> asked = false;
fences:
#ifdef NO_INTENT
		isOnDisk = true;
#else
		append(intent);
		waitForDisk();
#endif
		verdict = refusal;
		if
		:: isOnDisk ->
			d_step { printf("agent: kills\n"); read(synced); claim(open, kill_without_intent) };
			if
			:: verdict = proof; tooOld = false
			:: skip
			fi
		:: else
		fi;
#ifdef ANSWER_FIRST
		goto delivers;
#endif
		if
		:: verdict == proof -> append(outcomeProof); waitForDisk();
			if
			:: !isOnDisk -> verdict = refusal; append(outcomeRefusal)
			:: else
			fi
		:: else -> append(outcomeRefusal)
		fi;
		if
		:: verdict == proof -> append(answerProof);
			if
			:: ANSWER_WAITED -> waitForDisk()
			:: else
			fi;
			if
			:: ANSWER_WAITED && !isOnDisk -> verdict = refusal; append(answerRefusal)
			:: else
			fi
		:: else -> append(answerRefusal)
		fi;
delivers:	skip;
		do
		:: d_step { printf("caller: takes a %e\n", verdict);
			read(synced);
			if
			:: verdict == proof ->
				claim(outcome == outcomeProof, proof_not_on_disk);
				claim(taken != refusal, proof_after_refusal)
			:: else
			fi;
			if
			:: taken == none -> taken = verdict; asked = false      /* it asks no more */
			:: else
			fi }
		:: d_step { verdict == proof -> verdict = refusal; tooOld = true; printf("agent: the proof is too old\n") }
		:: verdict == refusal || taken != none -> break  /* taken, or given up long after any proof is too old */
		od;
		append(delivery);
		if
		:: again -> again = false; goto fences
		:: else -> goto serves
		fi
	} unless { atomic { killed ->
		printf("agent: is killed; the next one starts\n");
		do
		:: length > synced -> length--; lines[length] = none    /* what was not synced may be lost */
		:: break
		od;
		synced = length; killed = false } };
	goto starts
}

active proctype Disk() {
end:	do
	:: d_step { synced < length -> synced = length }
	od
}

active proctype Killer() {
	byte crashes = 0;
end:	do
	:: d_step { crashes < CRASHES && !killed -> crashes++; killed = true }
	od
}

/* The caller asks, and asks again for the same task while it has no answer. */
active proctype Caller() {
	byte asks = 0;
end:	do
	:: d_step { asks < 2 && taken == none && !asked -> asks++; asked = true; printf("caller: asks\n") }
	:: atomic { taken == proof -> printf("caller: has a proof\n"); printf("caller: proceeds\n"); break }
	od
}
