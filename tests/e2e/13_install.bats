#!/usr/bin/env bats
# make install and make uninstall: every file in its place, found by the shells, and gone again.
load lib

setup() {
    # other builds have other flags, with which make would build all of it anew
    [[ $BUILD == build && $BIN == bin ]] || skip "for the build of make all"
    STATE_DIR="$BATS_TEST_TMPDIR/state"
    export STATE_DIR HOME="$BATS_TEST_TMPDIR" DEST="$BATS_TEST_TMPDIR/dest"
    PATH=${PATH#"$REPO/$BIN:"}
}

# make_quietly ARG...: with what was built, which is not looked at again
make_quietly() {
    make -s -C "$REPO" -o all "$@" >"$HOME/make.log" 2>&1 || { cat "$HOME/make.log" >&2; false; }
}

@test "install: every file with its mode below DESTDIR, and PREFIX where it is said" {
    umask 077
    make_quietly install DESTDIR="$DEST" PREFIX=/usr
    is "$(cd "$DEST" && find . -type f -printf '%m %P\n' | grep -v 'share/man' | LC_ALL=C sort -k 2)" "$(
        cat <<'FILES'
755 usr/bin/pool-gateway
755 usr/bin/pool-tui
755 usr/bin/poolctl
644 usr/lib/systemd/system/pool-gateway.service
644 usr/share/bash-completion/completions/poolctl
644 usr/share/doc/ollama-pool/ollama-pool.env
644 usr/share/fish/vendor_completions.d/poolctl.fish
644 usr/share/locale/zh_CN/LC_MESSAGES/ollama-pool.mo
644 usr/share/zsh/site-functions/_poolctl
FILES
    )"
    is "$(cd "$DEST" && find usr/share/man -type f -printf '%m %f\n' | sort)" \
        "$(cd "$REPO/docs/man" && find . -type f -printf '644 %f\n' | sort)"
    [[ -e $DEST/usr/share/man/man8/pool-gateway.8 && -e $DEST/usr/share/man/man5/pool.conf.5 ]]
    is "$(find "$DEST" -type d ! -perm 755 | grep -v "^$DEST$")" ""
    has "$(<"$DEST/usr/lib/systemd/system/pool-gateway.service")" "ExecStart=/usr/bin/pool-gateway"
    is "$("$DEST/usr/bin/poolctl" version)" "$("$REPO/bin/poolctl" version)"
    "$DEST/usr/bin/pool-gateway" --check >/dev/null
}

@test "install: the unit is one that systemd takes" {
    command -v systemd-analyze >/dev/null || skip "there is no systemd-analyze"
    make_quietly install PREFIX="$DEST"
    is "$(systemd-analyze verify --man=no "$DEST/lib/systemd/system/pool-gateway.service" 2>&1 |
        grep -a pool-gateway || true)" ""
    lacks "$(<"$DEST/lib/systemd/system/pool-gateway.service")" @BINDIR@
}

@test "install: man and the shells find what is theirs" {
    make_quietly install DESTDIR="$DEST"
    local share=$DEST/usr/local/share
    if command -v man >/dev/null; then
        is "$(man -M "$share/man" -w poolctl-key)" "$share/man/man1/poolctl-key.1"
        is "$(man -M "$share/man" -w pool.conf)" "$share/man/man5/pool.conf.5"
    fi
    # shellcheck disable=SC2016
    is "$(XDG_DATA_DIRS=$share bash --norc -c 'source /usr/share/bash-completion/bash_completion
        _completion_loader poolctl; complete -p poolctl')" "complete -F _poolctl poolctl"
    has "$(XDG_DATA_DIRS=$share fish --no-config -c "set -gx fish_complete_path $share/fish/vendor_completions.d
        complete -C 'poolctl ke'")" "Upstream API keys"
    # shellcheck disable=SC2016
    is "$(zsh -f -c 'fpath=($1 $fpath); autoload -Uz compinit; compinit -u -D; print $_comps[poolctl]' _ \
        "$share/zsh/site-functions")" _poolctl
}

@test "install: uninstall leaves nothing behind, and nothing of others is taken" {
    make_quietly install DESTDIR="$DEST"
    echo mine >"$DEST/usr/local/bin/other"
    make_quietly uninstall DESTDIR="$DEST"
    is "$(cd "$DEST" && find . -type f)" ./usr/local/bin/other
    [[ ! -e $DEST/usr/local/share/doc/ollama-pool ]]
    make_quietly uninstall DESTDIR="$DEST"
}
