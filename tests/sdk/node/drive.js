// Drives a running simulator with Amazon's own Node SDK: one line per check, exit code 1 when one of them fails.
'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const fs = require('node:fs');
const https = require('node:https');
const { WebStoreClient } = require('@amazonpay/amazon-pay-api-sdk-nodejs');

const host = process.env.SIMULATOR_HOST; // with the port, as the SDK wants it
const keyId = process.env.SIMULATOR_KEY_ID;
const storeId = process.env.SIMULATOR_STORE_ID;
const privateKey = fs.readFileSync(process.env.SIMULATOR_KEY_FILE);
const agent = new https.Agent({ ca: fs.readFileSync(process.env.SIMULATOR_CA_FILE), keepAlive: false });

let failed = 0;
let checks = 0;
let keys = 0;

function client(more = {}) {
    return new WebStoreClient({ publicKeyId: keyId, privateKey, region: 'us', overrideServiceUrl: host, ...more });
}

// The SDK rejects with axios' error for 4xx and 5xx; status and body are what both have in common.
async function call(promise) {
    try {
        const { status, data } = await promise;
        return { status, data };
    } catch (error) {
        if (!error.response) {
            throw error;
        }
        return { status: error.response.status, data: error.response.data };
    }
}

function check(name, got, wanted) {
    checks += 1;
    try {
        assert.deepStrictEqual(got, wanted);
        console.log(`ok    ${name}`);
    } catch {
        failed += 1;
        console.log(`FAIL  ${name}: wanted ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`);
    }
}

function control(method, path, body) {
    const [hostname, port] = host.split(':');
    return new Promise((resolve, reject) => {
        const request = https.request({ hostname, port, path: `/_sim/${path}`, method, agent }, (response) => {
            let text = '';
            response.on('data', (part) => { text += part; });
            response.on('end', () => resolve(text ? JSON.parse(text) : null));
        });
        request.on('error', reject);
        request.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

async function order(situation, more = {}) {
    const [made] = await control('POST', 'orders', [{ situation, ...more }]);
    return { permission: made.permission_id, charge: made.charge_ids[0] };
}

// What the simulator wrote down of one order: operation and whether it took effect.
async function ledger(permission) {
    const entries = await control('GET', 'ledger');
    return entries.filter((entry) => entry.permission_id === permission).map((e) => `${e.operation} ${e.effect}`);
}

const price = (amount) => ({ amount, currencyCode: 'USD' });
const state = ({ status, data }) => [status, data.statusDetails && data.statusDetails.state];
const reason = ({ status, data }) => [status, data.reasonCode];
const fresh = () => ({ 'x-amz-pay-idempotency-key': `node${String((keys += 1)).padStart(6, '0')}` });

async function moneyPath(label, pay) {
    const made = await order('open', { amount: '120.00' });
    const id = made.permission;
    const say = (text) => `${label}: ${text}`;
    check(say('a permission is read'), state(await call(pay.getChargePermission(id))), [200, 'Chargeable']);

    const wish = { chargePermissionId: id, chargeAmount: price('60.00'), captureNow: false };
    const key = fresh();
    const first = await call(pay.createCharge(wish, { ...key }));
    check(say('authorize'), state(first), [201, 'Authorized']);
    check(say('the same key and body answers the same'), await call(pay.createCharge(wish, { ...key })), first);
    const changed = { ...wish, chargeAmount: price('61.00') };
    check(say('a changed body under one key'), reason(await call(pay.createCharge(changed, { ...key }))),
        [400, 'DuplicateIdempotencyKey']);
    const charge = first.data.chargeId;
    check(say('a charge is read'), state(await call(pay.getCharge(charge))), [200, 'Authorized']);

    const captureKey = fresh();
    const capture = { captureAmount: price('50.00') };
    const captured = await call(pay.captureCharge(charge, capture, { ...captureKey }));
    check(say('capture'), state(captured), [200, 'Captured']);
    check(say('the same capture again answers the same'),
        await call(pay.captureCharge(charge, capture, { ...captureKey })), captured);
    check(say('a second capture'), reason(await call(pay.captureCharge(charge, capture, fresh()))),
        [422, 'InvalidChargeStatus']);

    const refund = await call(pay.createRefund({ chargeId: charge, refundAmount: price('10.00') }, fresh()));
    check(say('refund'), state(refund), [201, 'RefundInitiated']);
    await control('POST', 'acts', { act: 'settle', id: refund.data.refundId });
    check(say('a refund is read'), state(await call(pay.getRefund(refund.data.refundId))), [200, 'Refunded']);
    const beyond = { chargeId: charge, refundAmount: price('90.00') };
    check(say('a refund of more than was captured'), reason(await call(pay.createRefund(beyond, fresh()))),
        [400, 'TransactionAmountExceeded']);

    const second = await call(pay.createCharge({ ...wish, chargeAmount: price('5.00') }, fresh()));
    const canceled = await call(pay.cancelCharge(second.data.chargeId, { cancellationReason: 'out of stock' }));
    check(say('cancel a charge'), state(canceled), [200, 'Canceled']);
    const closed = await call(pay.closeChargePermission(id, { closureReason: 'done', cancelPendingCharges: false }));
    check(say('close a permission'), state(closed), [200, 'Closed']);
    check(say('a charge after closing'), reason(await call(pay.createCharge(wish, fresh()))),
        [422, 'InvalidChargePermissionStatus']);

    check(say('the ledger holds each effect once'), await ledger(id), [
        'authorize true', 'authorize false', 'authorize false', 'capture true', 'capture false', 'capture false',
        'refund true', 'refund false', 'authorize true', 'void true', 'close true', 'authorize false',
    ]);
}

async function wholeOrder(pay) {
    const made = await order('authorized');
    const wish = { closureReason: 'customer called', cancelPendingCharges: true };
    check('cancel an order with its charge', state(await call(pay.closeChargePermission(made.permission, wish))),
        [200, 'Closed']);
    check('its charge is canceled', state(await call(pay.getCharge(made.charge))), [200, 'Canceled']);
    check('the ledger calls it cancel', await ledger(made.permission), ['cancel true']);

    const open = await order('open');
    const charge = { chargePermissionId: open.permission, chargeAmount: price('7.00'), captureNow: true };
    check('authorize and capture at once', state(await call(pay.createCharge(charge, fresh()))), [201, 'Captured']);
    check('the ledger has both', await ledger(open.permission), ['authorize true', 'capture true']);
}

async function signatures(pay) {
    const made = await order('authorized');
    const capture = { captureAmount: price('1.00') };
    const { privateKey: other } = crypto.generateKeyPairSync('rsa', {
        modulusLength: 2048,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    check('a wrong key', reason(await call(client({ privateKey: other }).captureCharge(made.charge, capture, fresh()))),
        [403, 'InvalidRequestSignature']);
    check('an unknown key id',
        reason(await call(client({ publicKeyId: 'SANDBOX-NOBODY' }).captureCharge(made.charge, capture, fresh()))),
        [401, 'UnauthorizedAccess']);
    check('neither took effect', await ledger(made.permission), ['capture false', 'capture false']);
    const older = client({ publicKeyId: keyId.replace('SANDBOX-', ''), sandbox: true });
    check('a key of the older kind, with /sandbox in the URL', state(await call(older.getCharge(made.charge))),
        [200, 'Authorized']);
    const mixed = { 'x-amz-pay-Idempotency-Key': 'mixedCase01' };
    check('a header in mixed case', state(await call(pay.captureCharge(made.charge, capture, mixed))),
        [200, 'Captured']);
    check('is the same header', await ledger(made.permission), ['capture false', 'capture false', 'capture true']);
}

async function simulation(pay) {
    const made = await order('open');
    const wish = { chargePermissionId: made.permission, chargeAmount: price('9.00'), captureNow: false };
    const declined = { ...fresh(), 'x-amz-pay-simulation-code': 'SoftDeclined' };
    check('a simulated decline', reason(await call(pay.createCharge(wish, declined))), [422, 'SoftDeclined']);
    await control('POST', 'faults', { match: { id: made.permission, operation: 'authorize' }, fault: 'throttle' });
    const key = fresh();
    check('a quota used up', reason(await call(pay.createCharge(wish, { ...key }))), [429, 'TooManyRequests']);
    check('goes through with the same key later', state(await call(pay.createCharge(wish, { ...key }))),
        [201, 'Authorized']);
    check('an id that is not there', reason(await call(pay.getCharge(`${made.permission}-C999999`))),
        [404, 'ResourceNotFound']);
    check('the ledger agrees', await ledger(made.permission), ['authorize false', 'authorize false', 'authorize true']);
}

async function aroundTheMoney(pay) {
    const made = await order('authorized');
    const metadata = { merchantReferenceId: 'N-1001', noteToBuyer: 'thank you' };
    const updated = await call(pay.updateChargePermission(made.permission, { merchantMetadata: metadata }));
    check('update a permission', state(updated), [200, 'Chargeable']);
    const { data } = await call(pay.getChargePermission(made.permission));
    check('its metadata is read back', data.merchantMetadata.merchantReferenceId, 'N-1001');

    const parcel = { carrierCode: 'UPS', trackingNumber: '1Z999AA10123456784' };
    const tracker = { chargePermissionId: made.permission, deliveryDetails: [parcel] };
    check('track a delivery', await call(pay.deliveryTrackers(tracker)),
        { status: 200, data: { amazonOrderReferenceId: made.permission, deliveryDetails: [parcel] } });
    check('the same parcel again', reason(await call(pay.deliveryTrackers(tracker))), [400, 'InvalidParameterValue']);
    check('the ledger calls these other', await ledger(made.permission), ['other true', 'other true', 'other false']);
}

async function checkout(pay) {
    const web = { checkoutReviewReturnUrl: 'https://shop.example/review' };
    const made = await call(pay.createCheckoutSession({ webCheckoutDetails: web, storeId }, fresh()));
    check('create a checkout session', state(made), [201, 'Open']);
    const id = made.data.checkoutSessionId;
    check('a session is read', state(await call(pay.getCheckoutSession(id))), [200, 'Open']);
    const updated = await call(pay.updateCheckoutSession(id, {
        webCheckoutDetails: { checkoutResultReturnUrl: 'https://shop.example/done' },
        paymentDetails: { paymentIntent: 'Authorize', chargeAmount: price('20.00') },
        merchantMetadata: { merchantReferenceId: 'N-2001' },
    }));
    check('update a session', state(updated), [200, 'Open']);
    const done = { chargeAmount: price('20.00') };
    check('a session that the buyer has not confirmed', reason(await call(pay.completeCheckoutSession(id, done))),
        [422, 'InvalidCheckoutSessionStatus']);
    const signedIn = await control('POST', 'acts', { act: 'sign-in-session', id });
    const buyer = await call(pay.getBuyer(signedIn.buyer_token));
    check('the buyer is read', [buyer.status, buyer.data.email.includes('@')], [200, true]);
    await control('POST', 'acts', { act: 'approve-session', id });
    const completed = await call(pay.completeCheckoutSession(id, done));
    check('complete a session', state(completed), [200, 'Completed']);
    check('its charge is authorized', state(await call(pay.getCharge(completed.data.chargeId))), [200, 'Authorized']);
    const capture = { captureAmount: price('20.00') };
    check('and can be captured', state(await call(pay.captureCharge(completed.data.chargeId, capture, fresh()))),
        [200, 'Captured']);
    const { data } = await call(pay.getChargePermission(completed.data.chargePermissionId));
    check('its permission has the number', data.merchantMetadata.merchantReferenceId, 'N-2001');
}

// A report document's address is good without a signature, for seconds.
function download(url) {
    return new Promise((resolve, reject) => {
        https.get(url, { agent }, (response) => {
            let text = '';
            response.on('data', (part) => { text += part; });
            response.on('end', () => resolve([response.statusCode, text]));
        }).on('error', reject);
    });
}

async function partners(pay) {
    const made = await order('captured');
    const wish = { statusDetails: { state: 'Canceled' } };
    check('what is for partners only', reason(await call(pay.updateCharge(made.charge, wish, fresh()))),
        [405, 'RequestNotSupported']);
}

async function reports(pay) {
    const day = 86400000;
    const compact = (time) => `${new Date(time).toISOString().replace(/[-:]/g, '').split('.')[0]}Z`;
    const reportType = '_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_';
    const span = { startTime: compact(Date.now() - 20 * day), endTime: compact(Date.now() + day) };
    const made = await order('captured', { number: 'N-3001' });
    const created = await call(pay.createReport({ reportType, ...span }, fresh()));
    check('create a report', created.status, 201);
    const id = created.data.reportId;
    await control('POST', 'clock', { advance: '2m' }); // less than the five minutes a date may be off
    const found = await call(pay.getReportById(id));
    check('a report is read', [found.status, found.data.processingStatus], [200, 'COMPLETED']);
    const listed = await call(pay.getReports({ reportTypes: [reportType], processingStatuses: ['COMPLETED'], pageSize: 5 }));
    check('reports are listed', [listed.status, listed.data.reports.map((report) => report.reportId)], [200, [id]]);
    const document = await call(pay.getReportDocument(found.data.reportDocumentId));
    const [status, text] = await download(document.data.url);
    check('its document is downloaded', [status, text.includes(made.charge)], [200, true]);
    check('a query is signed as it was sent', reason(await call(pay.getReports({ nextToken: "a b+c/d=e~f*g(h)!i:é" }))),
        [400, 'InvalidParameterValue']);

    const wish = { reportType, scheduleFrequency: 'P1D' };
    const schedule = await call(pay.createReportSchedule(wish, fresh()));
    check('create a report schedule', schedule.status, 201);
    const schedules = await call(pay.getReportSchedules(reportType));
    check('schedules are listed', schedules.data.reportSchedules.length, 1);
    check('all schedules too', (await call(pay.getReportSchedules())).data.reportSchedules.length, 1);
    const one = await call(pay.getReportScheduleById(schedule.data.reportScheduleId));
    check('a schedule is read', [one.status, one.data.scheduleFrequency], [200, 'P1D']);
    check('cancel a schedule', (await call(pay.cancelReportSchedule(schedule.data.reportScheduleId))).status, 200);
    check('it is gone', reason(await call(pay.getReportScheduleById(schedule.data.reportScheduleId))),
        [404, 'ResourceNotFound']);
}

async function main() {
    await moneyPath('AMZN-PAY-RSASSA-PSS', client());
    await moneyPath('AMZN-PAY-RSASSA-PSS-V2', client({ algorithm: 'AMZN-PAY-RSASSA-PSS-V2' }));
    const pay = client({ algorithm: 'AMZN-PAY-RSASSA-PSS-V2' });
    await wholeOrder(pay);
    await signatures(pay);
    await simulation(pay);
    await aroundTheMoney(pay);
    await checkout(pay);
    await partners(pay);
    await reports(pay);
    console.log(`${checks} checks, ${failed} failed`);
    process.exitCode = failed ? 1 : 0;
}

main().catch((error) => {
    console.log(`FAIL  the drive broke off: ${error.stack || error}`);
    process.exitCode = 1;
});
