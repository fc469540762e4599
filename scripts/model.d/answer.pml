/* Whether every request gets an answer: two requests for one VM share a look, on a suspect that may hang. */
bool asked[2] = false, answered[2] = false, late[2] = false;
bool looking = false, seen = false, ended = false;
bool diskHangs = false, suspectHangs = false;

proctype Look() {
	/* The session opens, the program runs; or the suspect takes the connection and says nothing any more. */
	if
	:: !suspectHangs -> seen = true; printf("suspect: reports\n")
	:: ended                /* nobody waits for it any more: it is cut off */
	fi;
	looking = false
}

proctype Request(byte i) {
	bool leads = false, intent = false;
	asked[i] = true; printf("request %d: comes\n", i);
	/* The journal takes the intent, or hangs. */
	if
	:: !diskHangs -> intent = true; printf("request %d: its intent is on disk\n", i)
#ifndef NO_DEADLINE
	:: late[i]
#else
	:: false                /* broken: a disk that hangs is waited for */
#endif
	fi;
	if
	:: intent ->
		atomic {
			if
			:: !looking && !seen -> looking = true; leads = true; ended = false; run Look(); printf("request %d: begins a look\n", i)
			:: else -> printf("request %d: joins the look\n", i)
			fi
		};
		if
		:: seen -> printf("request %d: is proven, HA proceeds\n", i); printf("node: proceeds\n")
#ifdef FOLLOWS_THE_LEADER
		:: late[i] && leads     /* broken: who joined has no deadline of its own */
#elif !defined(NO_DEADLINE)
		:: late[i]
#endif
		fi
	:: else
	fi;
	assert(!answered[i]);
	answered[i] = true; printf("request %d: is answered\n", i);
	d_step {
		if
		:: answered[0] && answered[1] -> ended = true
		:: else
		fi
	}
}

/* Every budget ends. */
active proctype Deadline() {
	late[0] = true; printf("the budget of request 0 ends\n");
	late[1] = true; printf("the budget of request 1 ends\n")
}

init {
	if
	:: diskHangs = true; printf("the disk of the peer hangs\n")
	:: suspectHangs = true; printf("the suspect hangs\n")
	:: skip
	fi;
	atomic { run Request(0); run Request(1) }
}

ltl everyRequestIsAnswered { [] (asked[0] -> <> answered[0]) && [] (asked[1] -> <> answered[1]) }
