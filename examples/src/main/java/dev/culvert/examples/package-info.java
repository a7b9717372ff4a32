/** A sample model server to try a tunnel with: speaks the OpenAI and Ollama dialects, needs no model. */
@NullMarked
package dev.culvert.examples;

import org.jspecify.annotations.NullMarked;
