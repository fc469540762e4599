#!/bin/sh
# The fence agent for Pacemaker, under the name and at the place where its fencer looks for it.
exec /usr/bin/peerfence fence-agent "$@"
