/** What administrators see of the whole suite: who did what, who the users are, how the services fare. */
@NullMarked
package dev.culvert.admin;

import org.jspecify.annotations.NullMarked;
