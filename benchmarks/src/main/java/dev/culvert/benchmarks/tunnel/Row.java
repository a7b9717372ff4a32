package dev.culvert.benchmarks.tunnel;

/**
 * A line of the table.
 *
 * @param asked as the requirement says it; empty where nothing is asked
 * @param ours what was measured
 * @param met whether that is what is asked for
 * @param beside the same without the tunnel, or by a peer
 * @param remark what else is needed to read the line
 */
record Row(String what, String asked, String ours, boolean met, String beside, String remark) {
    static final String HEAD = """
            | Flags | What | Asked | Measured | Met | Beside it | Remarks |
            |---|---|---|---|---|---|---|""";

    /** @param flags of the services that were measured */
    String line(Flags flags) {
        String verdict = asked.isEmpty() ? "–" : met ? "yes" : "**no**";
        return "| "
                + String.join(" | ", flags.word(), what, asked.isEmpty() ? "–" : asked, ours, verdict, beside, remark)
                + " |";
    }

    /** As {@code 12,345}. */
    static String whole(double value) {
        return "%,.0f".formatted(value);
    }
}
