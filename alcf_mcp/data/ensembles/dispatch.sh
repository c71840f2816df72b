# Above are: size, members (the numbers to run), parameters (what sets p to the parameters of one), environment, program,
# member_runner, command, folder, per_node, nodes_per_member, on_node, limit (seconds, 0 for none), log_bytes.
root=$PWD/$folder
status=$root/status.tsv
mkdir -p "$root" || exit 1
printf '%s' "$member_runner" >"$root/member.sh"
printf '%s' "$program" >"$root/program" && chmod 700 "$root/program" || exit 1

event() { # MEMBER STATE [EXIT_CODE]: the status file always shows how far it is
    state[$1]=$2
    printf '%s\t%s\t%s\t%(%s)T\n' "$1" "$2" "${3-}" -1 >>"$status"
}

told() { # WORDS MEMBER...: how many, and which
    local words=$1 first="${*:2:50}"
    (($# > 51)) && first+=' …'
    (($# > 1)) && printf ', %s %s (%s)' "$(($# - 1))" "$words" "${first// /, }"
}

summarize() {
    local member succeeded=0 failed=() late=() unfinished=() waiting=()
    for ((member = 1; member <= size; member++)); do
        case ${state[member]-} in
            'done') ((succeeded++)) ;;
            failed) failed+=("$member") ;;
            timed-out) late+=("$member") ;;
            '') waiting+=("$member") ;;
            *) unfinished+=("$member") ;;
        esac
    done
    printf '%s of %s done%s%s%s%s\n' "$succeeded" "$size" "$(told failed "${failed[@]}")" \
        "$(told 'over the time limit' "${late[@]}")" "$(told unfinished "${unfinished[@]}")" \
        "$(told 'not started' "${waiting[@]}")" >"$root/summary.txt"
    cat "$root/summary.txt"
    all_done=$((succeeded == size))
}

# What an earlier job of this ensemble has done, and what it left unfinished.
state=()
if [[ -e $status ]]; then
    while IFS=$'\t' read -r member what _; do state[member]=$what; done <"$status"
    for member in "${!state[@]}"; do
        [[ ${state[member]} == started ]] && event "$member" unfinished
    done
fi

# The places where members run: each has the names of its nodes, and a number among those on the same node.
nodes=() hosts=() places=()
declare -A seen=()
while read -r node; do
    [[ $node && ! ${seen[$node]-} ]] && nodes+=("$node")
    seen[$node]=1
done <"${PBS_NODEFILE:-/dev/null}"
((${#nodes[@]})) || nodes=("$(uname -n)")
if ((${#nodes[@]} > 1)) && ! type mpiexec >/dev/null 2>&1; then
    echo 'There is no mpiexec: only the first node is used.' >&2
    nodes=("${nodes[0]}")
fi
if ((nodes_per_member)); then
    for ((first = 0; first + nodes_per_member <= ${#nodes[@]}; first += nodes_per_member)); do
        group="${nodes[*]:first:nodes_per_member}"
        hosts+=("${group// /,}") places+=(0)
    done
else
    for ((place = 0; place < per_node; place++)); do
        for node in "${nodes[@]}"; do hosts+=("$node") places+=("$place"); done
    done
fi
if ((${#hosts[@]} == 0)); then
    echo "A member needs $nodes_per_member nodes, and the job has ${#nodes[@]}." >&2
    exit 1
fi

pipes=$(mktemp -d) && mkfifo "$pipes/ended" && exec 3<>"$pipes/ended" || exit 1
rm -rf "$pipes"
set -m # every member gets a process group, to be ended as a whole

launch() { # SLOT MEMBER
    local slot=$1 member=$2 directory run p=()
    printf -v directory "%s/member-%0${#width}d" "$root" "$member"
    mkdir -p "$directory" && printf '%s\n' ${hosts[slot]//,/ } >"$directory/nodes"
    parameters "$member"
    {
        printf '%s' "$environment"
        printf 'export %q\n' "${p[@]}" "ENSEMBLE_MEMBER=$member" "ENSEMBLE_SIZE=$size" \
            "ENSEMBLE_PLACE=${places[slot]}" "ENSEMBLE_DIRECTORY=$PWD" "PBS_NODEFILE=$directory/nodes"
    } >"$directory/parameters.sh"
    run=(bash "$root/member.sh" "$directory" "$limit" "$log_bytes" "$command")
    if ((on_node && ${#nodes[@]} > 1)); then
        run=(mpiexec -n 1 --ppn 1 --hosts "${hosts[slot]}" --cpu-bind none "${run[@]}")
    fi
    event "$member" started
    current[slot]=$member began[slot]=$SECONDS
    {
        "${run[@]}" </dev/null >&2 3>&-
        echo "$slot $member $?" >&3
    } &
    pids[slot]=$!
    disown "$!" # or its end is announced on stderr
}

launch_next() { # SLOT
    ((next < ${#members[@]})) && launch "$1" "${members[next++]}"
}

ended() { # SLOT EXIT_CODE
    local slot=$1 code=$2 member=${current[$1]} what=failed
    ((code == 0)) && what='done'
    local over=$((SECONDS - began[slot] - limit)) # 137: it did not end when it was told to
    ((limit && (code == 124 && over >= 0 || code == 137 && over >= 5))) && what=timed-out
    event "$member" "$what" "$code"
    unset "pids[$slot]" "current[$slot]"
    launch_next "$slot"
}

check() { # members whose end was not reported, because something killed all of it, or that can't be ended
    local slot
    for slot in "${!pids[@]}"; do
        if ! kill -0 "${pids[slot]}" 2>/dev/null; then
            # Seen twice: its report may have come just after the last one was read.
            [[ ${missed[slot]-} == "${current[slot]}" ]] && ended "$slot" 137
            missed[slot]=${current[slot]-}
        elif ((limit && SECONDS - began[slot] > limit + 60)); then
            kill -KILL -- "-${pids[slot]}" 2>/dev/null
        fi
    done
}

stop() { # the walltime is over, or the job is canceled: what runs is ended, and stays to be done
    trap '' TERM INT
    local slot
    for slot in "${!pids[@]}"; do
        kill -TERM -- "-${pids[slot]}" 2>/dev/null
        event "${current[slot]}" unfinished
    done
    summarize
    for slot in "${!pids[@]}"; do
        while kill -0 -- "-${pids[slot]}" 2>/dev/null; do sleep 0.1; done
    done
    exit 143
}

trap stop TERM INT
pids=() current=() began=() missed=() next=0 width=$((size > 999 ? size : 999))
for slot in "${!hosts[@]}"; do launch_next "$slot"; done
while ((${#pids[@]})); do
    if IFS=' ' read -r -t 1 slot member code <&3; then
        [[ ${current[slot]-} == "$member" ]] && ended "$slot" "$code"
    else
        check
    fi
done
summarize
((all_done))
