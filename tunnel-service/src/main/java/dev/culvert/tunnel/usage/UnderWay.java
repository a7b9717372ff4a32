package dev.culvert.tunnel.usage;

import dev.culvert.tunnel.usage.UsageBatch.Progress;
import dev.culvert.tunnel.usage.UsageBatch.State;
import dev.culvert.tunnel.usage.UsageBatch.Sums;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The requests that were under way when the ledger was written last: what is left of those of a replica that was killed, and
 * where others go on with them. In the transaction of the batch, and in the system scope.
 */
final class UnderWay {
    private final JdbcClient jdbc;
    private final String replica;

    UnderWay(JdbcClient jdbc, String replica) {
        this.jdbc = jdbc;
        this.replica = replica;
    }

    /** @param replica the last that was at it */
    private record Known(String answer, long bytes, boolean requestCounted, String replica) {
        /** As it is after a replica was at it. */
        Known with(Progress progress, String by) {
            return wentOnElsewhere(progress, by)
                    ? new Known(answer, Math.max(bytes, progress.bytes()), requestCounted, replica)
                    : new Known(
                            answer,
                            Math.max(bytes, progress.bytes()),
                            requestCounted || progress.state() != State.RUNNING,
                            by);
        }

        boolean wentOnElsewhere(Progress progress, String by) {
            return progress.state() == State.LEFT_BEHIND && !replica.equals(by);
        }
    }

    /**
     * Notes how far requests are.
     *
     * @return what is to be counted for the batch: an answer that goes on from another replica counts from where that one has
     *     counted it, whatever either of them sent twice or not at all, and its request once
     */
    Map<UsageBatch.Key, Sums> settle(UsageBatch batch) {
        Map<UsageBatch.Key, Sums> entries = new HashMap<>(batch.entries());
        // One may have ended here and gone on here at once: first what counts itself, then what is counted from there.
        List<Progress> inOrder = batch.progress().stream()
                .sorted(Comparator.comparing(Progress::continued).thenComparingLong(Progress::bytes))
                .toList();
        Map<String, Known> known = known(inOrder.stream()
                .filter(Progress::continued)
                .map(Progress::answer)
                .distinct()
                .toList());
        Map<String, Progress> last = new TreeMap<>();
        for (Progress progress : inOrder) {
            Known before = known.getOrDefault(progress.answer(), new Known(progress.answer(), 0, false, replica));
            if (progress.continued()) {
                entries.merge(progress.key(), continued(progress, before), Sums::plus);
            }
            known.put(progress.answer(), before.with(progress, replica));
            last.put(progress.answer(), progress);
        }
        // Of one that went on elsewhere, the replica it began on may have something to count when it is back.
        Map<Boolean, List<Progress>> over = last.values().stream()
                .collect(
                        Collectors.partitioningBy(progress -> progress.state() == State.OVER && !progress.continued()));
        note(over.getOrDefault(false, List.of()), known);
        forget(over.getOrDefault(true, List.of()));
        return entries;
    }

    private Sums continued(Progress progress, Known before) {
        Sums rest = Sums.moved(0, Math.max(0, progress.bytes() - before.bytes()));
        return switch (progress.state()) {
            case RUNNING -> rest;
            case LEFT_BEHIND ->
                before.requestCounted() || before.wentOnElsewhere(progress, replica) ? rest : rest.plus(Sums.cutOff(1));
            case BROKEN_OFF, OVER -> before.requestCounted() ? rest.ofKnownRequest() : rest;
        };
    }

    private Map<String, Known> known(List<String> answers) {
        if (answers.isEmpty()) {
            return new HashMap<>();
        }
        return jdbc
                .sql("""
                        SELECT answer, counted_bytes, request_counted, replica FROM usage_under_way
                        WHERE answer = ANY (?) ORDER BY answer FOR UPDATE""")
                .param(answers.toArray(String[]::new))
                .query((row, _) -> new Known(
                        row.getString("answer"),
                        row.getLong("counted_bytes"),
                        row.getBoolean("request_counted"),
                        row.getString("replica")))
                .list()
                .stream()
                .collect(Collectors.toMap(Known::answer, Function.identity(), (a, _) -> a, HashMap::new));
    }

    /** An answer never has less counted than before. */
    private void note(List<Progress> all, Map<String, Known> known) {
        if (all.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        INSERT INTO usage_under_way AS u
                          (answer, replica, tunnel_id, user_id, tenant_id, counted_bytes, request_counted)
                        SELECT n.answer, n.replica, n.tunnel, n.person, n.tenant, n.bytes, n.ended
                        FROM unnest(:answers::text[], :replicas::text[], :tunnels::uuid[], :people::uuid[],
                            :tenants::uuid[], :bytes::bigint[], :ended::boolean[])
                          AS n (answer, replica, tunnel, person, tenant, bytes, ended)
                        ORDER BY n.answer
                        ON CONFLICT (answer) DO UPDATE SET replica = excluded.replica, seen_at = now(),
                          counted_bytes = greatest(u.counted_bytes, excluded.counted_bytes),
                          request_counted = u.request_counted OR excluded.request_counted""")
                .param("answers", strings(all, Progress::answer))
                .param("replicas", values(all, known, Known::replica).toArray(String[]::new))
                .param("tunnels", ids(all, UsageBatch.Key::tunnelId))
                .param("people", ids(all, UsageBatch.Key::userId))
                .param("tenants", ids(all, UsageBatch.Key::tenantId))
                .param("bytes", values(all, known, Known::bytes).toArray(Long[]::new))
                .param("ended", values(all, known, Known::requestCounted).toArray(Boolean[]::new))
                .update();
    }

    private static String[] strings(List<Progress> all, Function<Progress, String> value) {
        return all.stream().map(value).toArray(String[]::new);
    }

    /** Of ids as text, since the driver takes no others in arrays. */
    private static String[] ids(List<Progress> all, Function<UsageBatch.Key, UUID> value) {
        return strings(all, progress -> value.apply(progress.key()).toString());
    }

    private static <T> Stream<T> values(List<Progress> all, Map<String, Known> known, Function<Known, T> value) {
        return all.stream().map(progress -> value.apply(Objects.requireNonNull(known.get(progress.answer()))));
    }

    private void forget(List<Progress> over) {
        if (!over.isEmpty()) {
            jdbc.sql("DELETE FROM usage_under_way WHERE answer = ANY (?)")
                    .param(strings(over, Progress::answer))
                    .update();
        }
    }

    /**
     * Takes the requests out that this replica has left behind: all that ran when it was killed and nobody went on with.
     *
     * @param at when they are taken to have ended
     */
    Map<UsageBatch.Key, Sums> takeCutOff(Instant at) {
        Map<UsageBatch.Key, Sums> entries = new HashMap<>();
        Instant hour = UsageBatch.hourOf(at);
        jdbc.sql("""
                        DELETE FROM usage_under_way WHERE replica = ? AND NOT request_counted
                        RETURNING tunnel_id, tenant_id, user_id""").param(replica).query(row -> {
            entries.merge(key(row, hour), Sums.cutOff(1), Sums::plus);
        });
        return entries;
    }

    private static UsageBatch.Key key(ResultSet row, Instant hour) throws SQLException {
        return new UsageBatch.Key(
                row.getObject("tunnel_id", UUID.class),
                row.getObject("tenant_id", UUID.class),
                row.getObject("user_id", UUID.class),
                hour);
    }
}
