package dev.culvert.agent.forward;

import dev.culvert.agent.forward.ForwardedRequest.End;
import dev.culvert.agent.forward.KeptAnswers.Kept;
import dev.culvert.tunnelprotocol.BackPressure;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;
import java.util.concurrent.TimeUnit;

/**
 * The stream over which an answer goes: the one its request came on, and where that is lost and the answer is kept, one of
 * another link. Works on the event loop of the first, on which the local service's connection is; a later stream may have
 * another one.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class WayToCaller {
    private final ForwardedStream request;
    private final AnswerWriter answer;
    private final EventLoop eventLoop;
    private int losses;

    WayToCaller(ForwardedStream request, AnswerWriter answer) {
        this.request = request;
        this.answer = answer;
        this.eventLoop = answer.stream().eventLoop();
    }

    /** Runs what another event loop has heard. */
    void onLoop(Runnable task) {
        if (eventLoop.inEventLoop()) {
            task.run();
        } else {
            eventLoop.execute(task);
        }
    }

    /** Writes out what was read of the local service, and lets it wait where there is no room. */
    void flush() {
        if (!answer.isCutOff()) {
            answer.stream().flush();
            Channel origin = request.originChannel();
            if (origin != null) {
                BackPressure.pauseIfFull(origin, answer.stream());
            }
        }
    }

    void onRoom(Channel where) {
        Channel origin = request.originChannel();
        if (origin != null && where.equals(answer.stream()) && !answer.isCutOff()) {
            BackPressure.resumeIfRoom(origin, where);
        }
    }

    void onReset(Channel where, Http2Error error) {
        if (!where.equals(answer.stream())) {
            return;
        }
        if (error == TunnelProtocol.WAY_LOST) {
            onLost(where);
        } else {
            // The caller left: the local service must not work on for nobody.
            giveUp();
        }
    }

    /**
     * The stream is closed. A kept answer waits for {@link #goOn}, also a complete one, whose end may not have arrived; and the
     * local service waits with it: nothing more is read.
     */
    void onLost(Channel where) {
        if (!where.equals(answer.stream()) || answer.isCutOff()) {
            return;
        }
        if (answer.kept() == null) {
            giveUp();
            return;
        }
        answer.cutOff();
        Channel origin = request.originChannel();
        if (origin != null) {
            origin.config().setAutoRead(false);
        }
        int loss = ++losses;
        eventLoop.schedule(() -> giveUpIfSince(loss), KeptAnswers.KEEP.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void giveUpIfSince(int loss) {
        if (loss == losses && answer.isCutOff()) {
            giveUp();
        }
    }

    /** Sends the rest of a kept answer over another stream; or says there that it cannot be had, and then ends. */
    void goOn(Channel other, long offset) {
        Kept kept = answer.kept();
        if (kept == null || !kept.tail().reachesBackTo(offset)) {
            ResumedStream.refuse(other);
            giveUp();
            return;
        }
        Channel before = answer.stream();
        answer.goOn(other, kept, offset, this::onEndWritten);
        if (before.isActive()) {
            before.close(); // only this end still believed in it
        }
        Channel origin = request.originChannel();
        if (origin != null) {
            origin.config().setAutoRead(true);
            BackPressure.pauseIfFull(origin, other);
        }
    }

    /** The end of the answer was written, or could not be; on any event loop. */
    void onEndWritten(ChannelFuture written) {
        onLoop(() -> {
            if (written.isSuccess()) {
                request.end(End.COMPLETED);
            } else {
                onLost(written.channel());
            }
        });
    }

    /** Ends the request, and nobody can go on with it. */
    void giveUp() {
        forget();
        request.end(End.CANCELLED);
    }

    /** Nobody can go on with the answer from here on. */
    void forget() {
        Kept kept = answer.kept();
        if (kept != null) {
            kept.forget();
        }
    }
}
