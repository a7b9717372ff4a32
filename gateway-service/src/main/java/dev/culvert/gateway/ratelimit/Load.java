package dev.culvert.gateway.ratelimit;

import java.time.Instant;

/**
 * How busy this gateway was at one moment (requirement R6.9); all numbers in percent.
 *
 * @param cpu of all processors, used by this process
 * @param memory of the heap, in use after the last collection
 * @param queue of the places for calls that wait for their turn
 */
record Load(Instant at, double cpu, double memory, double queue) {
    private static final double CPU_PART = 0.4;
    private static final double MEMORY_PART = 0.4;
    private static final double QUEUE_PART = 0.2;

    double percent() {
        return CPU_PART * cpu + MEMORY_PART * memory + QUEUE_PART * queue;
    }
}
