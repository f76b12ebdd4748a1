/** The minimal script: one request, without imports. */
const headers = { authorization: `Bearer ${Deno.env.get("TOKEN")}` };
const pods = `${Deno.env.get("SERVER")}/api/v1/namespaces/default/pods`;
await (await fetch(pods, { headers })).json();
