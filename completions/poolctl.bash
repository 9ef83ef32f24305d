# Completion of poolctl for bash; written by make gen from the tables of its commands.
# shellcheck shell=bash disable=SC2034

# _poolctl_verbs NOUN: its verbs, and its name
_poolctl_verbs() {
    NOUN=$1
    case $1 in
        key | keys) NOUN=key REPLY=' import add list show enable disable edit delete check verify' ;;
        job | jobs) NOUN=job REPLY=' list show wait cancel' ;;
        token | tokens) NOUN=token REPLY=' create list show edit delete' ;;
        user | users) NOUN=user REPLY=' list show create edit enable disable extend reset-key signins usage delete' ;;
        invite | invites) NOUN=invite REPLY=' create list revoke' ;;
        auth | auths) NOUN=auth REPLY=' send-code register login whoami sign signins usage key passwd reset logout delete' ;;
        provider | providers) NOUN=provider REPLY=' list show add edit enable disable remove' ;;
        server | servers) NOUN=server REPLY=' status doctor rotate-master-key mail mail-test' ;;
        migrate | migrates) NOUN=migrate REPLY=' from' ;;
        admin | admins) NOUN=admin REPLY=' list create revoke whoami' ;;
        audit | audits) NOUN=audit REPLY=' list' ;;
        events | event) NOUN=events REPLY=' tail' ;;
        cache | caches) NOUN=cache REPLY=' stats clear' ;;
        config | configs) NOUN=config REPLY=' list show reload' ;;
        context | contexts) NOUN=context REPLY=' add list show use remove' ;;
        *) REPLY= ;;
    esac
}

_poolctl_words=' key job token user invite auth provider server migrate admin audit events cache config context explain classify stats series stat top backup restore shell version help'

# _poolctl_options COMMAND: the options that it takes
_poolctl_options() {
    case $1 in
        'key import') REPLY=' --validate --add-unknown --progress --wait --no-wait --dry-run' ;;
        'key add') REPLY=' --file --username --expires' ;;
        'key list') REPLY=' --status --search --tag --category --model --username --filter --sort-by --reverse --limit --watch' ;;
        'key show') REPLY=' --reveal --watch' ;;
        'key enable') REPLY=' --status --search --tag --category --model --username --all --dry-run' ;;
        'key disable') REPLY=' --status --search --tag --category --model --username --all --for --for-good --note --dry-run' ;;
        'key edit') REPLY=' --where-status --where-search --where-tag --where-category --where-model --where-username --all --username --expires --ttl --note --tag --add-tag --remove-tag --category --models --dry-run' ;;
        'key delete') REPLY=' --status --search --tag --category --model --username --all --dry-run --confirm' ;;
        'key check') REPLY=' --status --search --tag --category --model --username --all --wait --no-wait --dry-run' ;;
        'key verify') REPLY='' ;;
        'job list') REPLY=' --status --filter --sort-by --reverse --limit --watch' ;;
        'job show') REPLY=' --watch' ;;
        'job wait') REPLY='' ;;
        'job cancel') REPLY=' --dry-run' ;;
        'token create') REPLY=' --expires' ;;
        'token list') REPLY=' --status --owner --search --filter --sort-by --reverse --limit --watch' ;;
        'token show') REPLY=' --watch' ;;
        'token edit') REPLY=' --where-status --where-owner --where-search --all --name --expires --ttl --dry-run' ;;
        'token delete') REPLY=' --status --owner --search --all --dry-run --confirm' ;;
        'user list') REPLY=' --status --role --search --filter --sort-by --reverse --limit --watch' ;;
        'user show') REPLY=' --watch' ;;
        'user create') REPLY=' --password --disabled --role --until --ttl --per-minute --per-day --models --default-provider' ;;
        'user edit') REPLY=' --where-status --where-role --where-search --all --role --until --ttl --per-minute --per-day --models --default-provider --dry-run' ;;
        'user enable') REPLY=' --status --role --search --all --dry-run' ;;
        'user disable') REPLY=' --status --role --search --all --dry-run' ;;
        'user extend') REPLY=' --status --role --search --all --for --dry-run' ;;
        'user reset-key') REPLY=' --status --role --search --all --ttl --show --dry-run --confirm' ;;
        'user signins') REPLY=' --filter --sort-by --reverse --limit --watch' ;;
        'user usage') REPLY=' --watch' ;;
        'user delete') REPLY=' --status --role --search --all --dry-run --confirm' ;;
        'invite create') REPLY=' --uses --expires --note' ;;
        'invite list') REPLY=' --status --search --filter --sort-by --reverse --limit --watch' ;;
        'invite revoke') REPLY=' --status --search --all --dry-run --confirm' ;;
        'auth send-code') REPLY=' --for --language --turnstile-token' ;;
        'auth register') REPLY=' --code --invite --turnstile-token' ;;
        'auth login') REPLY=' --code --turnstile-token' ;;
        'auth whoami') REPLY=' --watch' ;;
        'auth sign') REPLY='' ;;
        'auth signins') REPLY=' --filter --sort-by --reverse --limit --watch' ;;
        'auth usage') REPLY=' --watch' ;;
        'auth key') REPLY=' --rotate' ;;
        'auth passwd') REPLY='' ;;
        'auth reset') REPLY=' --code' ;;
        'auth logout') REPLY=' --all' ;;
        'auth delete') REPLY=' --confirm' ;;
        'provider list') REPLY=' --filter --sort-by --reverse --limit --watch' ;;
        'provider show') REPLY=' --watch' ;;
        'provider add') REPLY=' --base-url --auth --probe-path --models-path --probe-model --inject-usage --off --dry-run' ;;
        'provider edit') REPLY=' --base-url --auth --probe-path --models-path --probe-model --inject-usage --dry-run' ;;
        'provider enable') REPLY=' --dry-run' ;;
        'provider disable') REPLY=' --dry-run' ;;
        'provider remove') REPLY=' --force --dry-run --confirm' ;;
        'explain') REPLY=' --model --token --limit --watch' ;;
        'classify') REPLY=' --status --header' ;;
        'stats') REPLY=' --by --filter --sort-by --reverse --limit --watch' ;;
        'series') REPLY=' --by --from --to --step --model --token --names --chart --filter --sort-by --reverse --limit --watch' ;;
        'stat') REPLY=' --count' ;;
        'top') REPLY=' --once' ;;
        'server status') REPLY=' --by --filter --sort-by --reverse --limit --watch' ;;
        'server doctor') REPLY=' --filter --sort-by --reverse --limit --watch' ;;
        'server rotate-master-key') REPLY=' --key-file --wait --no-wait' ;;
        'backup') REPLY=' --passphrase-file --with-master-key --force' ;;
        'restore') REPLY=' --passphrase-file --with-master-key --replace --wait --no-wait --dry-run --confirm' ;;
        'migrate from') REPLY=' --source-file --source-master-key-file --original --kv --wait --no-wait --dry-run' ;;
        'server mail') REPLY=' --by --filter --sort-by --reverse --limit --watch' ;;
        'server mail-test') REPLY=' --language' ;;
        'events tail') REPLY=' --kinds --filter --count' ;;
        'config list') REPLY=' --changed --filter --sort-by --reverse --limit --watch' ;;
        'config show') REPLY=' --watch' ;;
        'config reload') REPLY=' --dry-run' ;;
        'cache stats') REPLY=' --watch' ;;
        'cache clear') REPLY=' --scope --dry-run' ;;
        'admin list') REPLY=' --filter --sort-by --reverse --limit --watch' ;;
        'admin create') REPLY=' --role --expires' ;;
        'admin revoke') REPLY=' --dry-run --confirm' ;;
        'admin whoami') REPLY=' --watch' ;;
        'audit list') REPLY=' --actor --action --about --search --from --to --before --filter --sort-by --reverse --limit --watch' ;;
        'context add') REPLY=' --token-file --token-env --store-token --protected --replace' ;;
        'context list') REPLY=' --filter --sort-by --reverse --limit --watch' ;;
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
        'key add':--fields) REPLY='list id result matched changed code message' ;;
        'key list':--status | 'key list':-s) REPLY='words active cooling disabled expired' ;;
        'key list':--search) REPLY='none' ;;
        'key list':--tag) REPLY='none' ;;
        'key list':--category) REPLY='none' ;;
        'key list':--model) REPLY='none' ;;
        'key list':--username) REPLY='none' ;;
        'key list':--filter) REPLY='filter' ;;
        'key list':--sort-by) REPLY='words id api_key username status until category checked_at total_requests success_count failure_count success_rate consecutive_failures prompt_tokens completion_tokens bytes_in bytes_out avg_ttfb_ms avg_duration_ms last_used last_success last_failure created_at expires_at -id -api_key -username -status -until -category -checked_at -total_requests -success_count -failure_count -success_rate -consecutive_failures -prompt_tokens -completion_tokens -bytes_in -bytes_out -avg_ttfb_ms -avg_duration_ms -last_used -last_success -last_failure -created_at -expires_at' ;;
        'key list':--limit | 'key list':-n) REPLY='none' ;;
        'key list':--watch | 'key list':-w) REPLY='maybe none' ;;
        'key list':--fields) REPLY='list id api_key username status reason until category tags note models_count models checked_at total_requests success_count failure_count success_rate consecutive_failures recent recent_failed prompt_tokens completion_tokens bytes_in bytes_out avg_ttfb_ms avg_duration_ms last_used last_success last_failure created_at expires_at' ;;
        'key show':--watch | 'key show':-w) REPLY='maybe none' ;;
        'key show':--fields) REPLY='list id api_key username status reason until category tags note models_count models checked_at total_requests success_count failure_count success_rate consecutive_failures recent recent_failed prompt_tokens completion_tokens bytes_in bytes_out avg_ttfb_ms avg_duration_ms last_used last_success last_failure created_at expires_at' ;;
        'key enable':--status | 'key enable':-s) REPLY='words active cooling disabled expired' ;;
        'key enable':--search) REPLY='none' ;;
        'key enable':--tag) REPLY='none' ;;
        'key enable':--category) REPLY='none' ;;
        'key enable':--model) REPLY='none' ;;
        'key enable':--username) REPLY='none' ;;
        'key enable':--fields) REPLY='list id result matched changed code message' ;;
        'key disable':--status | 'key disable':-s) REPLY='words active cooling disabled expired' ;;
        'key disable':--search) REPLY='none' ;;
        'key disable':--tag) REPLY='none' ;;
        'key disable':--category) REPLY='none' ;;
        'key disable':--model) REPLY='none' ;;
        'key disable':--username) REPLY='none' ;;
        'key disable':--for | 'key disable':-f) REPLY='none' ;;
        'key disable':--note) REPLY='none' ;;
        'key disable':--fields) REPLY='list id result matched changed code message' ;;
        'key edit':--where-status | 'key edit':-s) REPLY='words active cooling disabled expired' ;;
        'key edit':--where-search) REPLY='none' ;;
        'key edit':--where-tag) REPLY='none' ;;
        'key edit':--where-category) REPLY='none' ;;
        'key edit':--where-model) REPLY='none' ;;
        'key edit':--where-username) REPLY='none' ;;
        'key edit':--username | 'key edit':-u) REPLY='none' ;;
        'key edit':--expires) REPLY='none' ;;
        'key edit':--ttl) REPLY='none' ;;
        'key edit':--note) REPLY='none' ;;
        'key edit':--tag) REPLY='none' ;;
        'key edit':--add-tag) REPLY='none' ;;
        'key edit':--remove-tag) REPLY='none' ;;
        'key edit':--category) REPLY='none' ;;
        'key edit':--models) REPLY='none' ;;
        'key edit':--fields) REPLY='list id result matched changed code message' ;;
        'key delete':--status | 'key delete':-s) REPLY='words active cooling disabled expired' ;;
        'key delete':--search) REPLY='none' ;;
        'key delete':--tag) REPLY='none' ;;
        'key delete':--category) REPLY='none' ;;
        'key delete':--model) REPLY='none' ;;
        'key delete':--username) REPLY='none' ;;
        'key delete':--confirm) REPLY='none' ;;
        'key delete':--fields) REPLY='list id result matched changed code message' ;;
        'key check':--status | 'key check':-s) REPLY='words active cooling disabled expired' ;;
        'key check':--search) REPLY='none' ;;
        'key check':--tag) REPLY='none' ;;
        'key check':--category) REPLY='none' ;;
        'key check':--model) REPLY='none' ;;
        'key check':--username) REPLY='none' ;;
        'key check':--fields) REPLY='list id kind state provider gateway actor done total counts.good counts.refused counts.unknown counts.added counts.existing counts.duplicates counts.invalid counts.missing counts.passwordless categories created_at ended_at' ;;
        'key verify':--fields) REPLY='list id apiKey valid status state error category timestamp' ;;
        'job list':--status | 'job list':-s) REPLY='words running done cancelled interrupted failed' ;;
        'job list':--filter) REPLY='filter' ;;
        'job list':--sort-by) REPLY='words id kind state provider gateway actor done total counts.good counts.refused counts.unknown counts.added counts.existing counts.duplicates counts.invalid counts.missing counts.passwordless created_at ended_at -id -kind -state -provider -gateway -actor -done -total -counts.good -counts.refused -counts.unknown -counts.added -counts.existing -counts.duplicates -counts.invalid -counts.missing -counts.passwordless -created_at -ended_at' ;;
        'job list':--limit | 'job list':-n) REPLY='none' ;;
        'job list':--watch | 'job list':-w) REPLY='maybe none' ;;
        'job list':--fields) REPLY='list id kind state provider gateway actor done total counts.good counts.refused counts.unknown counts.added counts.existing counts.duplicates counts.invalid counts.missing counts.passwordless categories created_at ended_at' ;;
        'job show':--watch | 'job show':-w) REPLY='maybe none' ;;
        'job show':--fields) REPLY='list id kind state provider gateway actor done total counts.good counts.refused counts.unknown counts.added counts.existing counts.duplicates counts.invalid counts.missing counts.passwordless categories created_at ended_at' ;;
        'job wait':--fields) REPLY='list id kind state provider gateway actor done total counts.good counts.refused counts.unknown counts.added counts.existing counts.duplicates counts.invalid counts.missing counts.passwordless categories created_at ended_at' ;;
        'job cancel':--fields) REPLY='list id result matched changed code message' ;;
        'token create':--expires) REPLY='none' ;;
        'token create':--fields) REPLY='list token id name provider expiresAt' ;;
        'token list':--status | 'token list':-s) REPLY='words active expired disabled' ;;
        'token list':--owner) REPLY='none' ;;
        'token list':--search) REPLY='none' ;;
        'token list':--filter) REPLY='filter' ;;
        'token list':--sort-by) REPLY='words id name status total_requests success_count failure_count success_rate prompt_tokens completion_tokens bytes_in bytes_out avg_ttfb_ms avg_duration_ms last_used createdAt expires_at -id -name -status -total_requests -success_count -failure_count -success_rate -prompt_tokens -completion_tokens -bytes_in -bytes_out -avg_ttfb_ms -avg_duration_ms -last_used -createdAt -expires_at' ;;
        'token list':--limit | 'token list':-n) REPLY='none' ;;
        'token list':--watch | 'token list':-w) REPLY='maybe none' ;;
        'token list':--fields) REPLY='list id token name status owner provider total_requests success_count failure_count success_rate prompt_tokens completion_tokens bytes_in bytes_out avg_ttfb_ms avg_duration_ms last_used createdAt expires_at' ;;
        'token show':--watch | 'token show':-w) REPLY='maybe none' ;;
        'token show':--fields) REPLY='list id token name status owner provider total_requests success_count failure_count success_rate prompt_tokens completion_tokens bytes_in bytes_out avg_ttfb_ms avg_duration_ms last_used createdAt expires_at' ;;
        'token edit':--where-status | 'token edit':-s) REPLY='words active expired disabled' ;;
        'token edit':--where-owner) REPLY='none' ;;
        'token edit':--where-search) REPLY='none' ;;
        'token edit':--name) REPLY='none' ;;
        'token edit':--expires) REPLY='none' ;;
        'token edit':--ttl) REPLY='none' ;;
        'token edit':--fields) REPLY='list id result matched changed code message' ;;
        'token delete':--status | 'token delete':-s) REPLY='words active expired disabled' ;;
        'token delete':--owner) REPLY='none' ;;
        'token delete':--search) REPLY='none' ;;
        'token delete':--confirm) REPLY='none' ;;
        'token delete':--fields) REPLY='list id result matched changed code message' ;;
        'user list':--status | 'user list':-s) REPLY='words active expired disabled' ;;
        'user list':--role) REPLY='words user admin' ;;
        'user list':--search) REPLY='none' ;;
        'user list':--filter) REPLY='filter' ;;
        'user list':--sort-by) REPLY='words email id status isActive role defaultProvider keyProvider keyExpiresAt keyRequestCount requestsToday requestsPerMinute requestsPerDay createdAt updatedAt lastLoginAt lastSignInAt -email -id -status -isActive -role -defaultProvider -keyProvider -keyExpiresAt -keyRequestCount -requestsToday -requestsPerMinute -requestsPerDay -createdAt -updatedAt -lastLoginAt -lastSignInAt' ;;
        'user list':--limit | 'user list':-n) REPLY='none' ;;
        'user list':--watch | 'user list':-w) REPLY='maybe none' ;;
        'user list':--fields) REPLY='list email id status isActive role defaultProvider keyToken keyProvider keyExpiresAt keyRequestCount requestsToday requestsPerMinute requestsPerDay models createdAt updatedAt lastLoginAt lastSignInAt' ;;
        'user show':--watch | 'user show':-w) REPLY='maybe none' ;;
        'user show':--fields) REPLY='list email id status isActive role defaultProvider keyToken keyProvider keyExpiresAt keyRequestCount requestsToday requestsPerMinute requestsPerDay models createdAt updatedAt lastLoginAt lastSignInAt' ;;
        'user create':--role) REPLY='words user admin' ;;
        'user create':--until) REPLY='none' ;;
        'user create':--ttl) REPLY='none' ;;
        'user create':--per-minute) REPLY='none' ;;
        'user create':--per-day) REPLY='none' ;;
        'user create':--models) REPLY='none' ;;
        'user create':--default-provider) REPLY='ask' ;;
        'user create':--fields) REPLY='list user.email user.id token.token token.provider token.expiresAt token.name' ;;
        'user edit':--where-status | 'user edit':-s) REPLY='words active expired disabled' ;;
        'user edit':--where-role) REPLY='words user admin' ;;
        'user edit':--where-search) REPLY='none' ;;
        'user edit':--role) REPLY='words user admin' ;;
        'user edit':--until) REPLY='none' ;;
        'user edit':--ttl) REPLY='none' ;;
        'user edit':--per-minute) REPLY='none' ;;
        'user edit':--per-day) REPLY='none' ;;
        'user edit':--models) REPLY='none' ;;
        'user edit':--default-provider) REPLY='ask' ;;
        'user edit':--fields) REPLY='list id result matched changed code message' ;;
        'user enable':--status | 'user enable':-s) REPLY='words active expired disabled' ;;
        'user enable':--role) REPLY='words user admin' ;;
        'user enable':--search) REPLY='none' ;;
        'user enable':--fields) REPLY='list id result matched changed code message' ;;
        'user disable':--status | 'user disable':-s) REPLY='words active expired disabled' ;;
        'user disable':--role) REPLY='words user admin' ;;
        'user disable':--search) REPLY='none' ;;
        'user disable':--fields) REPLY='list id result matched changed code message' ;;
        'user extend':--status | 'user extend':-s) REPLY='words active expired disabled' ;;
        'user extend':--role) REPLY='words user admin' ;;
        'user extend':--search) REPLY='none' ;;
        'user extend':--for | 'user extend':-f) REPLY='none' ;;
        'user extend':--fields) REPLY='list id result matched changed code message' ;;
        'user reset-key':--status | 'user reset-key':-s) REPLY='words active expired disabled' ;;
        'user reset-key':--role) REPLY='words user admin' ;;
        'user reset-key':--search) REPLY='none' ;;
        'user reset-key':--ttl) REPLY='none' ;;
        'user reset-key':--confirm) REPLY='none' ;;
        'user reset-key':--fields) REPLY='list id result matched changed code message' ;;
        'user signins':--filter) REPLY='filter' ;;
        'user signins':--sort-by) REPLY='words sign_day created_at -sign_day -created_at' ;;
        'user signins':--limit | 'user signins':-n) REPLY='none' ;;
        'user signins':--watch | 'user signins':-w) REPLY='maybe none' ;;
        'user signins':--fields) REPLY='list sign_day created_at user_id id' ;;
        'user usage':--watch | 'user usage':-w) REPLY='maybe none' ;;
        'user usage':--fields) REPLY='list usage.provider usage.total_requests usage.success_count usage.failure_count usage.success_rate usage.prompt_tokens usage.completion_tokens usage.bytes_in usage.bytes_out usage.avg_ttfb_ms usage.avg_duration_ms usage.last_used limits.requestsToday limits.requestsPerDay limits.requestsPerMinute limits.models' ;;
        'user delete':--status | 'user delete':-s) REPLY='words active expired disabled' ;;
        'user delete':--role) REPLY='words user admin' ;;
        'user delete':--search) REPLY='none' ;;
        'user delete':--confirm) REPLY='none' ;;
        'user delete':--fields) REPLY='list id result matched changed code message' ;;
        'invite create':--uses) REPLY='none' ;;
        'invite create':--expires) REPLY='none' ;;
        'invite create':--note) REPLY='none' ;;
        'invite create':--fields) REPLY='list code id note uses_max expires_at' ;;
        'invite list':--status | 'invite list':-s) REPLY='words open used expired' ;;
        'invite list':--search) REPLY='none' ;;
        'invite list':--filter) REPLY='filter' ;;
        'invite list':--sort-by) REPLY='words id note status uses uses_max created_at expires_at -id -note -status -uses -uses_max -created_at -expires_at' ;;
        'invite list':--limit | 'invite list':-n) REPLY='none' ;;
        'invite list':--watch | 'invite list':-w) REPLY='maybe none' ;;
        'invite list':--fields) REPLY='list id code note status uses uses_max created_at expires_at' ;;
        'invite revoke':--status | 'invite revoke':-s) REPLY='words open used expired' ;;
        'invite revoke':--search) REPLY='none' ;;
        'invite revoke':--confirm) REPLY='none' ;;
        'invite revoke':--fields) REPLY='list id result matched changed code message' ;;
        'auth send-code':--for) REPLY='words register login reset' ;;
        'auth send-code':--language) REPLY='words en zh' ;;
        'auth send-code':--turnstile-token) REPLY='none' ;;
        'auth register':--code) REPLY='none' ;;
        'auth register':--invite) REPLY='none' ;;
        'auth register':--turnstile-token) REPLY='none' ;;
        'auth register':--fields) REPLY='list email id role defaultProvider keyToken keyProvider keyExpiresAt keyRequestCount createdAt lastLoginAt lastSignInAt' ;;
        'auth login':--code) REPLY='none' ;;
        'auth login':--turnstile-token) REPLY='none' ;;
        'auth login':--fields) REPLY='list email id role defaultProvider keyToken keyProvider keyExpiresAt keyRequestCount createdAt lastLoginAt lastSignInAt' ;;
        'auth whoami':--watch | 'auth whoami':-w) REPLY='maybe none' ;;
        'auth whoami':--fields) REPLY='list email id role defaultProvider keyToken keyProvider keyExpiresAt keyRequestCount createdAt lastLoginAt lastSignInAt' ;;
        'auth sign':--fields) REPLY='list keyToken keyProvider keyExpiresAt' ;;
        'auth signins':--filter) REPLY='filter' ;;
        'auth signins':--sort-by) REPLY='words sign_day created_at -sign_day -created_at' ;;
        'auth signins':--limit | 'auth signins':-n) REPLY='none' ;;
        'auth signins':--watch | 'auth signins':-w) REPLY='maybe none' ;;
        'auth signins':--fields) REPLY='list sign_day created_at user_id id' ;;
        'auth usage':--watch | 'auth usage':-w) REPLY='maybe none' ;;
        'auth usage':--fields) REPLY='list usage.provider usage.total_requests usage.success_count usage.failure_count usage.success_rate usage.prompt_tokens usage.completion_tokens usage.bytes_in usage.bytes_out usage.avg_ttfb_ms usage.avg_duration_ms usage.last_used limits.requestsToday limits.requestsPerDay limits.requestsPerMinute limits.models' ;;
        'auth key':--fields) REPLY='list keyToken keyProvider keyExpiresAt' ;;
        'auth reset':--code) REPLY='none' ;;
        'auth delete':--confirm) REPLY='none' ;;
        'provider list':--filter) REPLY='filter' ;;
        'provider list':--sort-by) REPLY='words name enabled keys.total keys.active keys.cooling keys.disabled keys.expired tokens builtin auth created_at -name -enabled -keys.total -keys.active -keys.cooling -keys.disabled -keys.expired -tokens -builtin -auth -created_at' ;;
        'provider list':--limit | 'provider list':-n) REPLY='none' ;;
        'provider list':--watch | 'provider list':-w) REPLY='maybe none' ;;
        'provider list':--fields) REPLY='list name enabled keys.total keys.active keys.cooling keys.disabled keys.expired tokens base_url prefix builtin auth probe_path models_path probe_model inject_usage created_at' ;;
        'provider show':--watch | 'provider show':-w) REPLY='maybe none' ;;
        'provider show':--fields) REPLY='list name enabled keys.total keys.active keys.cooling keys.disabled keys.expired tokens base_url prefix builtin auth probe_path models_path probe_model inject_usage created_at' ;;
        'provider add':--base-url) REPLY='none' ;;
        'provider add':--auth) REPLY='none' ;;
        'provider add':--probe-path) REPLY='none' ;;
        'provider add':--models-path) REPLY='none' ;;
        'provider add':--probe-model) REPLY='none' ;;
        'provider add':--inject-usage) REPLY='words yes no' ;;
        'provider add':--fields) REPLY='list name enabled keys.total keys.active keys.cooling keys.disabled keys.expired tokens base_url prefix builtin auth probe_path models_path probe_model inject_usage created_at' ;;
        'provider edit':--base-url) REPLY='none' ;;
        'provider edit':--auth) REPLY='none' ;;
        'provider edit':--probe-path) REPLY='none' ;;
        'provider edit':--models-path) REPLY='none' ;;
        'provider edit':--probe-model) REPLY='none' ;;
        'provider edit':--inject-usage) REPLY='words yes no' ;;
        'provider edit':--fields) REPLY='list name enabled keys.total keys.active keys.cooling keys.disabled keys.expired tokens base_url prefix builtin auth probe_path models_path probe_model inject_usage created_at' ;;
        'provider enable':--fields) REPLY='list id result matched changed code message' ;;
        'provider disable':--fields) REPLY='list id result matched changed code message' ;;
        'provider remove':--confirm) REPLY='none' ;;
        'provider remove':--fields) REPLY='list id result matched changed code message' ;;
        'explain':--model) REPLY='none' ;;
        'explain':--token) REPLY='ask' ;;
        'explain':--limit | 'explain':-n) REPLY='none' ;;
        'explain':--watch | 'explain':-w) REPLY='maybe none' ;;
        'explain':--fields) REPLY='list provider enabled model token.name token.refused max_attempts keys_total keys_in_turn keys_out' ;;
        'classify':--status) REPLY='none' ;;
        'classify':--header | 'classify':-H) REPLY='none' ;;
        'classify':--fields) REPLY='list rule meaning blames call key limit growing_backoff until' ;;
        'stats':--by) REPLY='words model' ;;
        'stats':--filter) REPLY='filter' ;;
        'stats':--sort-by) REPLY='ask' ;;
        'stats':--limit | 'stats':-n) REPLY='none' ;;
        'stats':--watch | 'stats':-w) REPLY='maybe none' ;;
        'series':--by) REPLY='words provider model token' ;;
        'series':--from) REPLY='none' ;;
        'series':--to) REPLY='none' ;;
        'series':--step) REPLY='words hour day total' ;;
        'series':--model) REPLY='none' ;;
        'series':--token) REPLY='ask' ;;
        'series':--names) REPLY='none' ;;
        'series':--filter) REPLY='filter' ;;
        'series':--sort-by) REPLY='words start name total_requests success_count failure_count success_rate prompt_tokens completion_tokens bytes_in bytes_out avg_ttfb_ms avg_duration_ms ttfb_p50_ms ttfb_p90_ms ttfb_p99_ms duration_p50_ms duration_p90_ms duration_p99_ms outcomes.ok outcomes.aborted outcomes.refused outcomes.limited outcomes.no_keys outcomes.upstream_error outcomes.unreachable outcomes.broken outcomes.timeout outcomes.other -start -name -total_requests -success_count -failure_count -success_rate -prompt_tokens -completion_tokens -bytes_in -bytes_out -avg_ttfb_ms -avg_duration_ms -ttfb_p50_ms -ttfb_p90_ms -ttfb_p99_ms -duration_p50_ms -duration_p90_ms -duration_p99_ms -outcomes.ok -outcomes.aborted -outcomes.refused -outcomes.limited -outcomes.no_keys -outcomes.upstream_error -outcomes.unreachable -outcomes.broken -outcomes.timeout -outcomes.other' ;;
        'series':--limit | 'series':-n) REPLY='none' ;;
        'series':--watch | 'series':-w) REPLY='maybe none' ;;
        'series':--fields) REPLY='list start name id total_requests success_count failure_count success_rate prompt_tokens completion_tokens bytes_in bytes_out avg_ttfb_ms avg_duration_ms ttfb_p50_ms ttfb_p90_ms ttfb_p99_ms duration_p50_ms duration_p90_ms duration_p99_ms outcomes.ok outcomes.aborted outcomes.refused outcomes.limited outcomes.no_keys outcomes.upstream_error outcomes.unreachable outcomes.broken outcomes.timeout outcomes.other' ;;
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
        'server rotate-master-key':--key-file) REPLY='file' ;;
        'server rotate-master-key':--fields) REPLY='list id kind state provider gateway actor done total counts.good counts.refused counts.unknown counts.added counts.existing counts.duplicates counts.invalid counts.missing counts.passwordless categories created_at ended_at' ;;
        'backup':--passphrase-file) REPLY='file' ;;
        'backup':--fields) REPLY='list file bytes' ;;
        'restore':--passphrase-file) REPLY='file' ;;
        'restore':--confirm) REPLY='none' ;;
        'restore':--fields) REPLY='list id kind state provider gateway actor done total counts.good counts.refused counts.unknown counts.added counts.existing counts.duplicates counts.invalid counts.missing counts.passwordless categories created_at ended_at' ;;
        'migrate from':--source-file) REPLY='file' ;;
        'migrate from':--source-master-key-file) REPLY='file' ;;
        'migrate from':--kv) REPLY='file' ;;
        'migrate from':--fields) REPLY='list id kind state provider gateway actor done total counts.good counts.refused counts.unknown counts.added counts.existing counts.duplicates counts.invalid counts.missing counts.passwordless categories created_at ended_at' ;;
        'server mail':--by) REPLY='words error' ;;
        'server mail':--filter) REPLY='filter' ;;
        'server mail':--sort-by) REPLY='ask' ;;
        'server mail':--limit | 'server mail':-n) REPLY='none' ;;
        'server mail':--watch | 'server mail':-w) REPLY='maybe none' ;;
        'server mail-test':--language) REPLY='words en zh' ;;
        'server mail-test':--fields) REPLY='list to server took_ms' ;;
        'events tail':--kinds) REPLY='none' ;;
        'events tail':--filter) REPLY='filter' ;;
        'events tail':--count | 'events tail':-c) REPLY='none' ;;
        'events tail':--fields) REPLY='list event at provider id status model token path stream end rule attempts ttfb_ms duration_ms prompt_tokens completion_tokens bytes_in bytes_out reason until kind state done total actor action target' ;;
        'config list':--filter) REPLY='filter' ;;
        'config list':--sort-by) REPLY='words name value default changed reloadable secret -name -value -default -changed -reloadable -secret' ;;
        'config list':--limit | 'config list':-n) REPLY='none' ;;
        'config list':--watch | 'config list':-w) REPLY='maybe none' ;;
        'config list':--fields) REPLY='list name value default changed reloadable secret text' ;;
        'config show':--watch | 'config show':-w) REPLY='maybe none' ;;
        'config show':--fields) REPLY='list name value default changed reloadable secret text' ;;
        'config reload':--fields) REPLY='list success changed need_restart' ;;
        'cache stats':--watch | 'cache stats':-w) REPLY='maybe none' ;;
        'cache stats':--fields) REPLY='list totalEntries byType.response byType.models byType.stats response_bytes response_hits response_misses response_ttl_ms' ;;
        'cache clear':--scope) REPLY='words all response models stats' ;;
        'cache clear':--fields) REPLY='list cleared' ;;
        'admin list':--filter) REPLY='filter' ;;
        'admin list':--sort-by) REPLY='words id name role created_at expires_at -id -name -role -created_at -expires_at' ;;
        'admin list':--limit | 'admin list':-n) REPLY='none' ;;
        'admin list':--watch | 'admin list':-w) REPLY='maybe none' ;;
        'admin list':--fields) REPLY='list id name role token created_at expires_at' ;;
        'admin create':--role) REPLY='words reader operator owner' ;;
        'admin create':--expires) REPLY='none' ;;
        'admin create':--fields) REPLY='list token id name role expires_at' ;;
        'admin revoke':--confirm) REPLY='none' ;;
        'admin revoke':--fields) REPLY='list id result matched changed code message' ;;
        'admin whoami':--watch | 'admin whoami':-w) REPLY='maybe none' ;;
        'admin whoami':--fields) REPLY='list name role' ;;
        'audit list':--actor) REPLY='ask' ;;
        'audit list':--action) REPLY='none' ;;
        'audit list':--about) REPLY='none' ;;
        'audit list':--search) REPLY='none' ;;
        'audit list':--from) REPLY='none' ;;
        'audit list':--to) REPLY='none' ;;
        'audit list':--before) REPLY='none' ;;
        'audit list':--filter) REPLY='filter' ;;
        'audit list':--sort-by) REPLY='words at -at' ;;
        'audit list':--limit | 'audit list':-n) REPLY='none' ;;
        'audit list':--watch | 'audit list':-w) REPLY='maybe none' ;;
        'audit list':--fields) REPLY='list id at actor role address action provider target detail request_id' ;;
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
        ''*:--provider | ''*:-p) REPLY='ask' ;;
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
        'key edit':*) REPLY='ask' ;;
        'key delete':*) REPLY='ask' ;;
        'key check':*) REPLY='ask' ;;
        'key verify':*) REPLY='ask' ;;
        'job show':0) REPLY='ask' ;;
        'job wait':0) REPLY='ask' ;;
        'job cancel':*) REPLY='ask' ;;
        'token show':0) REPLY='ask' ;;
        'token edit':*) REPLY='ask' ;;
        'token delete':*) REPLY='ask' ;;
        'user show':0) REPLY='ask' ;;
        'user edit':*) REPLY='ask' ;;
        'user enable':*) REPLY='ask' ;;
        'user disable':*) REPLY='ask' ;;
        'user extend':*) REPLY='ask' ;;
        'user reset-key':*) REPLY='ask' ;;
        'user signins':0) REPLY='ask' ;;
        'user usage':0) REPLY='ask' ;;
        'user delete':*) REPLY='ask' ;;
        'invite revoke':*) REPLY='ask' ;;
        'provider show':0) REPLY='ask' ;;
        'provider add':0) REPLY='ask' ;;
        'provider edit':0) REPLY='ask' ;;
        'provider enable':*) REPLY='ask' ;;
        'provider disable':*) REPLY='ask' ;;
        'provider remove':0) REPLY='ask' ;;
        'backup':0) REPLY='file' ;;
        'restore':0) REPLY='file' ;;
        'config show':0) REPLY='ask' ;;
        'admin revoke':*) REPLY='ask' ;;
        'context add':0) REPLY='ask' ;;
        'context show':0) REPLY='ask' ;;
        'context use':0) REPLY='ask' ;;
        'context remove':0) REPLY='ask' ;;
        'help':0) REPLY='words key job token user invite auth provider server migrate admin audit events cache config context explain classify stats series stat top backup restore shell version help options output filter contexts fields environment exit-codes' ;;
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
