# What poolctl says, and how it ends.
# shellcheck shell=bash

# refuses STATUS TEXT COMMAND...: on stderr, with nothing on stdout
refuses() {
    local wanted=$1 text=$2
    shift 2
    run --separate-stderr "$@"
    is "$status $output" "$wanted "
    # shellcheck disable=SC2154
    has "$stderr" "$text"
}

# on_terminal COLUMNSxROWS COMMAND: what it prints on a terminal of that size, without colours
on_terminal() {
    NO_COLOR=1 TERM=xterm LC_ALL=${CHARSET:-C.UTF-8} script -qec "stty cols ${1%x*} rows ${1#*x}; $2" /dev/null \
        </dev/null | tr -d '\r'
}
