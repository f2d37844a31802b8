/** The OpenAI chat format, as far as Whetstone reads it: text, roles and tool calls. */
@NullMarked
package dev.whetstone.contracts.chat;

import org.jspecify.annotations.NullMarked;
