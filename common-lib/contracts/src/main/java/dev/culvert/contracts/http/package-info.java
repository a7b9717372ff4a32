/** HTTP header names that more than one service reads or writes. */
@NullMarked
package dev.culvert.contracts.http;

import org.jspecify.annotations.NullMarked;
