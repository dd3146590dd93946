/**
 * Who may ask the studio anything: pages of its own only. A name that was rebound to this address, another page in the
 * same browser, and, away from loopback, whoever does not have the token are turned away, on every route.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { problem } from './bind-route.ts';

export interface GuardOptions {
  /** The host that the studio was told to listen on. */
  readonly host: string;
  /** Asked for when present. */
  readonly token?: string;
}

const COOKIE = 'tunesmith_token';
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
/** Nothing from elsewhere is loaded, run or framed; Mantine sets styles on elements. */
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export function isLoopback(host: string): boolean {
  return ['localhost', '127.0.0.1', '::1', '[::1]'].includes(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}

export function guardRequests({ host, token }: GuardOptions): MiddlewareHandler {
  const isLocal = isLoopback(host);
  return async (context, next) => {
    const asked = context.req.header('host') ?? '';
    const name = asked.replace(/:\d+$/, '').toLowerCase();
    if (!isOwnName(name, { host, isLocal })) {
      return problem(context, 'forbidden', {
        en: `host ${name.slice(0, 100)}: is not this studio's; open it by its own address`,
        zh: `主机 ${name.slice(0, 100)}：不是本 studio 的地址；请用它自己的地址打开`,
      });
    }
    const origin = context.req.header('origin');
    if (origin !== undefined && originHost(origin) !== asked.toLowerCase()) {
      return problem(context, 'forbidden', {
        en: `origin ${origin.slice(0, 100)}: another page may not ask; open the studio itself`,
        zh: `来源 ${origin.slice(0, 100)}：其他页面不得请求；请直接打开 studio`,
      });
    }
    const site = context.req.header('sec-fetch-site');
    const isNavigation = context.req.header('sec-fetch-mode') === 'navigate' && context.req.method === 'GET';
    if (site !== undefined && !['same-origin', 'none'].includes(site) && !isNavigation) {
      return problem(context, 'forbidden', {
        en: 'another page may not ask; open the studio itself',
        zh: '其他页面不得请求；请直接打开 studio',
      });
    }
    if (token !== undefined) {
      const given = context.req.query('token');
      if (given !== undefined && context.req.method === 'GET' && isSame(given, token)) {
        setCookie(context, COOKIE, token, { httpOnly: true, sameSite: 'Strict', path: '/' });
        return context.redirect(context.req.path);
      }
      const bearer = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '')?.[1];
      if (!isSame(bearer ?? getCookie(context, COOKIE) ?? '', token)) {
        return problem(context, 'token', {
          en: 'the token is missing or wrong; open the link that the studio printed when it started',
          zh: '令牌缺失或有误；请打开 studio 启动时给出的链接',
        });
      }
    }
    await next();
    const { headers } = context.res;
    // A report brings a stricter one along.
    if (!headers.has('content-security-policy')) headers.set('content-security-policy', POLICY);
    headers.set('x-content-type-options', 'nosniff');
    headers.set('referrer-policy', 'no-referrer');
    headers.set('cross-origin-resource-policy', 'same-origin');
    headers.set('cross-origin-opener-policy', 'same-origin');
    return undefined;
  };
}

/** Names can be rebound, numbers cannot. */
function isOwnName(name: string, { host, isLocal }: { host: string; isLocal: boolean }): boolean {
  if (LOOPBACK.includes(name) || name === host.toLowerCase()) return true;
  return !isLocal && isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

function originHost(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]?.toLowerCase();
}

/** In constant time, whatever the lengths. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
