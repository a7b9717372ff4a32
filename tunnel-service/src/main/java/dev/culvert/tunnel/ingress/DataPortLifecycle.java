package dev.culvert.tunnel.ingress;

import org.springframework.context.SmartLifecycle;

/** Opens the data port last and drains it first, while the API and the database are still there. */
final class DataPortLifecycle implements SmartLifecycle {
    static final int PHASE = Integer.MAX_VALUE;

    private final DataPort dataPort;
    private volatile boolean running;

    DataPortLifecycle(DataPort dataPort) {
        this.dataPort = dataPort;
    }

    @Override
    public void start() {
        try {
            dataPort.start();
            running = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the data port was opened", e);
        }
    }

    @Override
    public void stop() {
        try {
            dataPort.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            running = false;
        }
    }

    @Override
    public void stop(Runnable callback) {
        Thread.ofVirtual().name("data-port-drain").start(() -> {
            stop();
            callback.run();
        });
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
