package dev.culvert.gateway.routing;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Lets so many do something at the same time, and the others in the order in which they came. From any thread. */
final class Turns {
    private final int most;
    private final Deque<Turn> waiting = new ArrayDeque<>();
    private int underWay;

    Turns(int most) {
        this.most = most;
    }

    /** A place among those who do it, or who wait. */
    final class Turn {
        private final Runnable begin;
        private boolean begun;
        private boolean over;

        private Turn(Runnable begin) {
            this.begin = begin;
        }

        /** To be called when it is done or not wanted any more; more than once does no harm. */
        void leave() {
            Turn next = left(this);
            if (next != null) {
                next.begin.run();
            }
        }
    }

    /**
     * Takes a turn, or waits for one.
     *
     * @param begin run once: here, or where somebody leaves; not at all by one who left before
     */
    Turn enter(Runnable begin) {
        Turn turn = new Turn(begin);
        synchronized (this) {
            if (underWay >= most) {
                waiting.add(turn);
                return turn;
            }
            underWay++;
            turn.begun = true;
        }
        begin.run();
        return turn;
    }

    private synchronized @Nullable Turn left(Turn turn) {
        if (turn.over) {
            return null;
        }
        turn.over = true;
        if (!turn.begun) {
            return null; // passed over when its turn comes
        }
        Turn next = waiting.poll();
        while (next != null && next.over) {
            next = waiting.poll();
        }
        if (next == null) {
            underWay--;
        } else {
            next.begun = true;
        }
        return next;
    }
}
