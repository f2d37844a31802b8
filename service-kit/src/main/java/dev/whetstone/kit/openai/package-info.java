/** One client for servers with an OpenAI-compatible API: model servers, judges, teachers. */
@NullMarked
package dev.whetstone.kit.openai;

import org.jspecify.annotations.NullMarked;
