package dev.culvert.agent.connect;

import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;

/**
 * Which replicas the links of one agent process lead to: each should lead to another one, so that the loss of a replica is
 * the loss of one link. Shared by the event loops of all links.
 */
final class Spread {
    /** Where as many as fit are asked for. */
    private static final int FITTING = 2;

    private final int asked;
    private final IntConsumer wanted;
    private final ConcurrentHashMap<Integer, String> current = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Integer, String> left = new ConcurrentHashMap<>();

    /**
     * @param asked links the user wants, 0 for as many as fit
     * @param wanted told how many links there should be, perhaps often
     */
    Spread(int asked, IntConsumer wanted) {
        this.asked = asked;
        this.wanted = wanted;
    }

    static int most(int asked) {
        return asked == 0 ? FITTING : asked;
    }

    /** Links to begin with. */
    int atFirst() {
        return asked == 0 ? 1 : asked;
    }

    /** How many replicas there are; services of before replicas do not say, and get what they always got. */
    void replicas(OptionalInt number) {
        if (asked == 0) {
            wanted.accept(Math.min(FITTING, number.orElse(FITTING)));
        }
    }

    void leadsTo(int connection, String replica) {
        left.remove(connection);
        current.put(connection, replica);
    }

    /** The link is gone or about to go; its replacement should lead elsewhere. */
    void leaves(int connection) {
        String replica = current.remove(connection);
        if (replica != null) {
            left.put(connection, replica);
        }
    }

    /** Replicas that a link should not lead to, separated by commas. */
    String avoid(int connection) {
        TreeSet<String> replicas = new TreeSet<>();
        current.forEach((other, replica) -> {
            if (other != connection) {
                replicas.add(replica);
            }
        });
        String before = left.get(connection);
        if (before != null) {
            replicas.add(before);
        }
        return String.join(",", replicas);
    }
}
