/** What an operator may set. */
@NullMarked
package dev.whetstone.eval.config;

import org.jspecify.annotations.NullMarked;
