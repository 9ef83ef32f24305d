# Completion of poolctl for bash; written by make gen from the tables of its commands.
# shellcheck shell=bash disable=SC2034

# _poolctl_verbs NOUN: its verbs, and its name
_poolctl_verbs() {
    NOUN=$1
    case $1 in
        key | keys) NOUN=key REPLY=' import add list show enable disable delete verify' ;;
        token | tokens) NOUN=token REPLY=' create list delete' ;;
        server | servers) NOUN=server REPLY=' status doctor' ;;
        context | contexts) NOUN=context REPLY=' add list show use remove' ;;
        *) REPLY= ;;
    esac
}

_poolctl_words=' key token server context stats stat top shell version help'

# _poolctl_options COMMAND: the options that it takes
_poolctl_options() {
    case $1 in
        'key import') REPLY=' --dry-run' ;;
        'key add') REPLY=' --file --username --expires' ;;
        'key list') REPLY=' --status --search --filter --sort-by --limit --watch' ;;
        'key show') REPLY=' --watch' ;;
        'key enable') REPLY=' --dry-run' ;;
        'key disable') REPLY=' --for --for-good --dry-run' ;;
        'key delete') REPLY=' --dry-run --confirm' ;;
        'key verify') REPLY='' ;;
        'token create') REPLY=' --expires' ;;
        'token list') REPLY=' --filter --sort-by --limit --watch' ;;
        'token delete') REPLY=' --dry-run --confirm' ;;
        'stats') REPLY=' --by --filter --sort-by --limit --watch' ;;
        'stat') REPLY=' --count' ;;
        'top') REPLY=' --once' ;;
        'server status') REPLY=' --by --filter --sort-by --limit --watch' ;;
        'server doctor') REPLY=' --filter --sort-by --limit --watch' ;;
        'context add') REPLY=' --token-file --token-env --store-token --protected --replace' ;;
        'context list') REPLY=' --filter --sort-by --limit --watch' ;;
        'context show') REPLY=' --watch' ;;
        'context use') REPLY=' --none' ;;
        'context remove') REPLY=' --confirm --dry-run' ;;
        'shell') REPLY=' --keep-going' ;;
        'version') REPLY='' ;;
        'help') REPLY=' --all' ;;
        *) REPLY= ;;
    esac
    REPLY+=' --output --fields --no-headers --provider --url --context --color --no-pager --yes --no-input --quiet --help --version'
}

# _poolctl_value COMMAND OPTION: what its value may be
_poolctl_value() {
    case $1:$2 in
        'key import':--fields) REPLY='list file total added existing duplicates invalid' ;;
        'key add':--file) REPLY='file' ;;
        'key add':--username | 'key add':-u) REPLY='none' ;;
        'key add':--expires) REPLY='none' ;;
        'key add':--fields) REPLY='list id result code message' ;;
        'key list':--status | 'key list':-s) REPLY='words active cooling disabled expired' ;;
        'key list':--search) REPLY='none' ;;
        'key list':--filter) REPLY='filter' ;;
        'key list':--sort-by) REPLY='words id api_key username status until category checked_at total_requests success_count failure_count success_rate consecutive_failures prompt_tokens completion_tokens bytes_in bytes_out avg_ttfb_ms avg_duration_ms last_used last_success last_failure created_at expires_at -id -api_key -username -status -until -category -checked_at -total_requests -success_count -failure_count -success_rate -consecutive_failures -prompt_tokens -completion_tokens -bytes_in -bytes_out -avg_ttfb_ms -avg_duration_ms -last_used -last_success -last_failure -created_at -expires_at' ;;
        'key list':--limit | 'key list':-n) REPLY='none' ;;
        'key list':--watch | 'key list':-w) REPLY='maybe none' ;;
        'key list':--fields) REPLY='list id api_key username status reason until category tags note models_count models checked_at total_requests success_count failure_count success_rate consecutive_failures prompt_tokens completion_tokens bytes_in bytes_out avg_ttfb_ms avg_duration_ms last_used last_success last_failure created_at expires_at' ;;
        'key show':--watch | 'key show':-w) REPLY='maybe none' ;;
        'key show':--fields) REPLY='list id api_key username status reason until category tags note models_count models checked_at total_requests success_count failure_count success_rate consecutive_failures prompt_tokens completion_tokens bytes_in bytes_out avg_ttfb_ms avg_duration_ms last_used last_success last_failure created_at expires_at' ;;
        'key enable':--fields) REPLY='list id result code message' ;;
        'key disable':--for | 'key disable':-f) REPLY='none' ;;
        'key disable':--fields) REPLY='list id result code message' ;;
        'key delete':--confirm) REPLY='none' ;;
        'key delete':--fields) REPLY='list id result code message' ;;
        'key verify':--fields) REPLY='list id apiKey valid status state error category timestamp' ;;
        'token create':--expires) REPLY='none' ;;
        'token create':--fields) REPLY='list token id name provider expiresAt' ;;
        'token list':--filter) REPLY='filter' ;;
        'token list':--sort-by) REPLY='words id name total_requests success_count failure_count success_rate prompt_tokens completion_tokens bytes_in bytes_out avg_ttfb_ms avg_duration_ms last_used createdAt expires_at -id -name -total_requests -success_count -failure_count -success_rate -prompt_tokens -completion_tokens -bytes_in -bytes_out -avg_ttfb_ms -avg_duration_ms -last_used -createdAt -expires_at' ;;
        'token list':--limit | 'token list':-n) REPLY='none' ;;
        'token list':--watch | 'token list':-w) REPLY='maybe none' ;;
        'token list':--fields) REPLY='list id token name provider total_requests success_count failure_count success_rate prompt_tokens completion_tokens bytes_in bytes_out avg_ttfb_ms avg_duration_ms last_used createdAt expires_at' ;;
        'token delete':--confirm) REPLY='none' ;;
        'token delete':--fields) REPLY='list id result code message' ;;
        'stats':--by) REPLY='words model' ;;
        'stats':--filter) REPLY='filter' ;;
        'stats':--sort-by) REPLY='ask' ;;
        'stats':--limit | 'stats':-n) REPLY='none' ;;
        'stats':--watch | 'stats':-w) REPLY='maybe none' ;;
        'stat':--count | 'stat':-c) REPLY='none' ;;
        'stat':--fields) REPLY='list time requests_per_second success_rate failures_per_second tokens_per_second open_requests connections active_keys cooling_keys disabled_keys' ;;
        'server status':--by) REPLY='words provider worker' ;;
        'server status':--filter) REPLY='filter' ;;
        'server status':--sort-by) REPLY='ask' ;;
        'server status':--limit | 'server status':-n) REPLY='none' ;;
        'server status':--watch | 'server status':-w) REPLY='maybe none' ;;
        'server doctor':--filter) REPLY='filter' ;;
        'server doctor':--sort-by) REPLY='words check result -check -result' ;;
        'server doctor':--limit | 'server doctor':-n) REPLY='none' ;;
        'server doctor':--watch | 'server doctor':-w) REPLY='maybe none' ;;
        'server doctor':--fields) REPLY='list check result detail remedy' ;;
        'context add':--token-file) REPLY='file' ;;
        'context add':--token-env) REPLY='none' ;;
        'context list':--filter) REPLY='filter' ;;
        'context list':--sort-by) REPLY='words name current url provider protected -name -current -url -provider -protected' ;;
        'context list':--limit | 'context list':-n) REPLY='none' ;;
        'context list':--watch | 'context list':-w) REPLY='maybe none' ;;
        'context list':--fields) REPLY='list name current url provider token masked protected' ;;
        'context show':--watch | 'context show':-w) REPLY='maybe none' ;;
        'context show':--fields) REPLY='list name current url provider token masked protected' ;;
        'context remove':--confirm) REPLY='none' ;;
        'version':--fields) REPLY='list program version' ;;
        ''*:--output | ''*:-o) REPLY='words table wide json jsonl yaml csv name' ;;
        ''*:--fields) REPLY='ask' ;;
        ''*:--provider | ''*:-p) REPLY='words ollama openrouter' ;;
        ''*:--url) REPLY='none' ;;
        ''*:--context) REPLY='ask' ;;
        ''*:--color) REPLY='words auto always never' ;;
        *) REPLY=flag ;;
    esac
}

# _poolctl_argument COMMAND N: what its n-th argument may be
_poolctl_argument() {
    case $1:$2 in
        'key import':0) REPLY='file' ;;
        'key show':0) REPLY='ask' ;;
        'key enable':*) REPLY='ask' ;;
        'key disable':*) REPLY='ask' ;;
        'key delete':*) REPLY='ask' ;;
        'key verify':*) REPLY='ask' ;;
        'token delete':*) REPLY='ask' ;;
        'context add':0) REPLY='ask' ;;
        'context show':0) REPLY='ask' ;;
        'context use':0) REPLY='ask' ;;
        'context remove':0) REPLY='ask' ;;
        'help':0) REPLY='words key token server context stats stat top shell version help options output filter contexts fields environment exit-codes' ;;
        'help':1) REPLY='ask' ;;
        *) REPLY=none ;;
    esac
}

# What bash splits at = and : is put together again: words, the last one up to the cursor.
_poolctl_split() {
    local rest=${COMP_LINE:0:COMP_POINT} i word
    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $i == 0 || $rest == [[:blank:]]* ]]; then
            words+=('')
            rest=${rest#"${rest%%[![:blank:]]*}"}
        fi
        ((i < COMP_CWORD)) || word=$rest
        words[${#words[@]} - 1]+=${word//[\'\"\\]/}
        rest=${rest:${#word}}
    done
}

# Looks at a word that stands before the one that is typed.
_poolctl_walk() {
    local word=$1 i
    if [[ $wants ]]; then
        wants=
    elif [[ ! $ended && $word == -- ]]; then
        ended=1
    elif [[ ! $ended && $word == --* ]]; then
        _poolctl_value "$command" "$word"
        [[ $REPLY == flag || $REPLY == maybe* ]] || wants=$REPLY
    elif [[ ! $ended && $word == -?* ]]; then
        for ((i = 1; i < ${#word}; i++)); do
            _poolctl_value "$command" "-${word:i:1}"
            [[ $REPLY != flag ]] || continue
            ((i + 1 < ${#word})) || [[ $REPLY == maybe* ]] || wants=$REPLY
            break
        done
    elif [[ $command ]]; then
        ((++count))
    elif [[ $noun ]]; then
        _poolctl_verbs "$noun"
        command="$NOUN $word"
    else
        _poolctl_verbs "$word"
        if [[ $REPLY ]]; then noun=$NOUN; else command=$word; fi
    fi
}

# _poolctl_offer SOURCE BEGUN: what begins so, into COMPREPLY
_poolctl_offer() {
    local source=${1#maybe } begun=$2 before='' line
    case $source in
        list*)
            [[ $begun != *,* ]] || before=${begun%,*},
            mapfile -t COMPREPLY < <(compgen -P "$before" -W "${source#list}" -- "${begun##*,}")
            ;;
        words*) mapfile -t COMPREPLY < <(compgen -W "${source#words}" -- "$begun") ;;
        file)
            mapfile -t COMPREPLY < <(compgen -f -- "$begun")
            compopt -o filenames 2>/dev/null
            ;;
        ask | filter)
            while IFS= read -r line; do
                COMPREPLY+=("${line%%$'\t'*}")
            done < <("${words[0]/#\~/$HOME}" __complete "${words[@]:1}" 2>/dev/null)
            [[ $source == ask || $begun == *[=\<\>~]* ]] || compopt -o nospace 2>/dev/null
            ;;
    esac
}

_poolctl() {
    local words command='' noun='' wants='' ended='' count=0 word begun stays REPLY NOUN i
    COMPREPLY=()
    _poolctl_split
    for word in "${words[@]:1:${#words[@]}-2}"; do
        _poolctl_walk "$word"
    done
    word=${words[${#words[@]} - 1]} begun=$word
    if [[ $wants ]]; then
        _poolctl_offer "$wants" "$word"
    elif [[ ! $ended && $word == --*=* ]]; then
        begun=${word#*=}
        _poolctl_value "$command" "${word%%=*}"
        _poolctl_offer "$REPLY" "$begun"
    elif [[ ! $ended && $word == -* ]]; then
        _poolctl_options "$command"
        _poolctl_offer "words$REPLY" "$word"
    elif [[ $command ]]; then
        _poolctl_argument "$command" "$count"
        if [[ $REPLY == none && ! $word && ! $ended ]]; then
            _poolctl_options "$command"
            REPLY="words$REPLY"
        fi
        _poolctl_offer "$REPLY" "$word"
    elif [[ $noun ]]; then
        _poolctl_verbs "$noun"
        _poolctl_offer "words$REPLY" "$word"
    else
        _poolctl_offer "words$_poolctl_words" "$word"
    fi
    # bash replaces no more than what stands behind the last = or :
    word=${COMP_WORDS[COMP_CWORD]//[\'\"\\]/}
    [[ $word != [=:] ]] || word=
    stays=$((${#begun} - ${#word}))
    ((stays > 0)) || return 0
    for i in "${!COMPREPLY[@]}"; do
        COMPREPLY[i]=${COMPREPLY[i]:stays}
    done
}

complete -F _poolctl poolctl
