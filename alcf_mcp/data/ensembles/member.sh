# Runs one member of an ensemble on its node: DIRECTORY SECONDS LOG_BYTES COMMAND.
# Its output goes to output.log and its exit code to exit_code; 0 seconds means no time limit.
cd "$1" || exit 1
limit=$2 log_bytes=$3 command=$4

# What is beyond the limit is read and dropped: a member that writes a lot can go on.
capped() {
    stdbuf -o0 head -c "$log_bytes" # unbuffered: the log can be read while the member runs
    if LC_ALL=C IFS= read -r -d '' -n 1; then # there is more
        printf '\n[The rest is left out: a log has at most %s bytes.]\n' "$log_bytes"
        cat >/dev/null
    fi
}

rm -f exit_code
pipes=$(mktemp -d) && mkfifo "$pipes/log" || exit 1
capped <"$pipes/log" >output.log 2>/dev/null &
log=$!
# In a process group of its own: what the member leaves behind is ended with it.
timeout -k 5 "$limit" bash -lc "$command" >"$pipes/log" 2>&1 </dev/null &
member=$!
trap 'kill -TERM "$member" 2>/dev/null' TERM INT
while wait "$member"; code=$?; kill -0 "$member" 2>/dev/null; do :; done
kill -KILL -- "-$member" 2>/dev/null

# A process that left the group may keep the log open: it is not waited for.
for pause in 0.01 0.02 0.05 0.1 0.2 0.5 1 1; do
    kill -0 "$log" 2>/dev/null || break
    sleep "$pause"
done
kill "$log" 2>/dev/null
rm -rf "$pipes"
echo "$code" >exit_code
exit "$code"
