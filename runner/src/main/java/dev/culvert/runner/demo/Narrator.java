package dev.culvert.runner.demo;

import java.io.PrintStream;

/** Tells the story: numbered steps, below each what was done and seen. */
final class Narrator {

    private final PrintStream out;
    private final boolean terminal;
    private int number;
    private String title = "the beginning";

    Narrator(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    void step(String title) {
        this.title = title;
        number++;
        String line = "%2d  %s".formatted(number, title);
        out.println();
        out.println(terminal ? "\u001b[1m" + line + "\u001b[0m" : line);
    }

    void say(String line) {
        out.println("    " + line);
    }

    /** Part of a line, at once on the screen. */
    void stream(String text) {
        out.print(text);
        out.flush();
    }

    void endStream() {
        out.println();
    }

    /** The step that is being told. */
    String where() {
        return "step " + number + " (" + title + ")";
    }
}
